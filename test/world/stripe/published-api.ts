/**
 * Holds requests and answers against the published description of Stripe's API (api.json): every field must be known and of
 * its type, no parameter may be one that Stripe would refuse.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";

type Schema = { [name: string]: unknown };
type Operation = {
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
};
type Api = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Record<string, Schema & { properties: Schema; required: string[] }> };
};

const api = JSON.parse(readFileSync(join(import.meta.dirname, "api.json"), "utf8")) as Api;

/** What later versions of the API changed (Stripe's changelog, 2025-03-31): periods belong to items, payments to invoices. */
function applyLaterVersions({ components: { schemas } }: Api): void {
  const without = (name: string, ...gone: readonly string[]): void => {
    const schema = schemas[name];
    if (schema === undefined) throw new Error(`api.json has no ${name}`);
    schema.required = schema.required.filter((field) => !gone.includes(field));
    for (const field of gone) schema.properties[field] = { not: {} };
  };
  without("subscription", "current_period_start", "current_period_end");
  without("invoice", "paid", "paid_out_of_band", "total_tax_amounts");
  const item = schemas["subscription_item"];
  if (item === undefined) throw new Error("api.json has no subscription_item");
  for (const field of ["current_period_start", "current_period_end"]) {
    item.properties[field] = { type: "integer" };
    item.required.push(field);
  }
}

/** OpenAPI 3.0 says `nullable`; JSON Schema knows a type for it. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const { nullable, ...rest } = value as Schema;
  const schema = Object.fromEntries(Object.entries(rest).map(([name, inner]) => [name, plain(inner)]));
  return nullable === true ? { anyOf: [schema, { type: "null" }] } : schema;
}

applyLaterVersions(api);
// Numbers and truth values travel as text in a form.
const inForms = new Ajv({ strict: false, validateFormats: false, coerceTypes: true });
const inAnswers = new Ajv({ strict: false, validateFormats: false });
for (const ajv of [inForms, inAnswers]) ajv.addSchema({ $id: "api", components: plain(api.components) as Schema });

const compiled = new Map<string, ValidateFunction>();
function check(ajv: Ajv, key: string, schema: Schema, value: unknown): readonly string[] {
  let validate = compiled.get(key);
  if (validate === undefined) {
    const local = JSON.parse(JSON.stringify(plain(schema)).replaceAll('"#/components/', '"api#/components/')) as Schema;
    validate = ajv.compile(local);
    compiled.set(key, validate);
  }
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) => {
    return `${key}${instancePath} ${message ?? ""} ${JSON.stringify(params)}`;
  });
}

export type Route = { readonly template: string; readonly id: string | undefined };

/** The described path that a path of a request is; undefined: there is none with this method. */
export function routeOf(method: string, path: string): Route | undefined {
  for (const [template, methods] of Object.entries(api.paths)) {
    if (methods[method.toLowerCase()] === undefined) continue;
    const form = new RegExp(`^${template.replaceAll(/\{\w+\}/g, "(\\w+)")}$`);
    const found = form.exec(path);
    if (found !== null) return { template, id: found[1] };
  }
  return undefined;
}

function operationOf(method: string, { template }: Route): Operation {
  const operation = api.paths[template]?.[method.toLowerCase()];
  if (operation === undefined) throw new Error(`api.json has no ${method} ${template}`);
  return operation;
}

/** Values become what the description says they are. */
export function checkRequest(method: string, route: Route, values: Record<string, unknown>): readonly string[] {
  const operation = operationOf(method, route);
  const key = `${method} ${route.template}`;
  if (method !== "GET") {
    const schema = operation.requestBody?.content["application/x-www-form-urlencoded"]?.schema ?? {};
    return check(inForms, key, schema, values);
  }
  const queries = operation.parameters.filter((parameter) => parameter.in === "query");
  const properties = Object.fromEntries(queries.map(({ name, schema }) => [name, schema]));
  return check(inForms, key, { type: "object", additionalProperties: false, properties }, values);
}

export function checkAnswer(method: string, route: Route, status: number, answer: unknown): readonly string[] {
  const { responses } = operationOf(method, route);
  const name = responses[String(status)] === undefined ? "default" : String(status);
  const schema = responses[name]?.content["application/json"]?.schema;
  if (schema === undefined) throw new Error(`api.json has no answer ${name}`);
  return check(inAnswers, `${method} ${route.template} ${name}`, schema, answer);
}
