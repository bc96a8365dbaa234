/**
 * A disk whose power can be cut: ext4 in an image file, mounted by loop. `cut` stops the file system without writing
 * its journal (the shutdown ioctl), so that after the next mount only what was fsynced before is left.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH. */
const SHUTDOWN =
  "import fcntl,os,struct,sys\nfcntl.ioctl(os.open(sys.argv[1],os.O_RDONLY),0x8004587d,struct.pack('I',2))";

export class PowerDisk implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), "altmail-power-"));
  readonly mount: string = join(this.folder, "mount");
  readonly #image: string = join(this.folder, "image");

  constructor(sizeMiB: number) {
    mkdirSync(this.mount);
    sh("truncate", "-s", `${sizeMiB}M`, this.#image);
    sh("mkfs.ext4", "-q", this.#image);
    this.mountAgain();
  }

  mountAgain(): void {
    sh("mount", "-o", "loop", this.#image, this.mount);
  }

  /** Writes everything to the disk, as an hour of quiet would. */
  flush(): void {
    sh("sync", "-f", this.mount);
  }

  cut(): void {
    sh("python3", "-c", SHUTDOWN, this.mount);
  }

  unmount(): void {
    sh("umount", this.mount);
  }

  [Symbol.dispose](): void {
    spawnSync("umount", ["-l", this.mount]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function sh(program: string, ...args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, {
    encoding: "utf8",
    env: { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` },
  });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${error?.message ?? stderr}`);
}
