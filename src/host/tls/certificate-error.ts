/** A certificate or key that cannot be used. Its message is a sentence for the operator: what is wrong and what to do. */
export class CertificateError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CertificateError";
  }
}
