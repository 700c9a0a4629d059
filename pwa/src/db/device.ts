import type { DBSchema } from "idb";
import { uuid7 } from "../sync/uuid7";
import { Connection, exists } from "./connection";
import { databaseNames } from "./names";

/** This browser profile. */
export interface DeviceRow {
  key: "this";
  id: string;
  name: string;
  /** Signed out while the gateway could not be reached: its session must be ended at the next contact, before anything else. */
  signOutOwed?: boolean;
}

interface SpareRow {
  key: `${string}/${number}`;
}

/** One person's way into their sealed database. No name, no login: the id is all. */
export interface StaffRow {
  staffId: string;
  salt: Uint8Array<ArrayBuffer>;
  iterations: number;
  iv: Uint8Array<ArrayBuffer>;
  /** The vault's key under the PIN; null once it was deleted. */
  wrapped: Uint8Array<ArrayBuffer> | null;
  /** Wrong tries in a row; counted before each try. */
  failures: number;
  /** ms, this device's clock. */
  nextTryAt: number;
  lastContactAt: number;
  /** The latest moment this clock ever showed: turning it back wins no time. */
  highestNow: number;
  usedAt: number;
  readableHours: number;
}

interface DeviceSchema extends DBSchema {
  device: { key: string; value: DeviceRow | SpareRow };
  staff: { key: string; value: StaffRow };
}

export const DEVICE_DATABASE = "banso-device";

/** What is readable without a PIN: whose vaults there are, and how often somebody tried. */
export class DeviceStore {
  private readonly connection = new Connection<DeviceSchema>({
    name: DEVICE_DATABASE,
    version: 1,
    upgrade: (db) => {
      db.createObjectStore("device", { keyPath: "key" });
      db.createObjectStore("staff", { keyPath: "staffId" });
    },
    twinned: ["device", "staff"],
  });

  /** The id as it was last seen on the disk. */
  id: string | null = null;

  /** False in a browser where nobody ever set a PIN; nothing is created by asking. */
  present(): Promise<boolean> {
    return exists(DEVICE_DATABASE);
  }

  async device(): Promise<DeviceRow | null> {
    if (!(await this.present())) return null;
    return this.seen(await this.connection.read(["device"], async (tx) => ((await tx.objectStore("device").get("this")) as DeviceRow) ?? null));
  }

  private seen<Row extends DeviceRow | null>(row: Row): Row {
    this.id = row?.id ?? null;
    return row;
  }

  /** The device, made now when there is none. */
  async ensureDevice(name: string): Promise<DeviceRow> {
    return this.seen(await this.connection.write(["device"], async (tx) => {
      const known = (await tx.objectStore("device").get("this")) as DeviceRow | undefined;
      const row: DeviceRow = known ? { ...known, name: name || known.name } : { key: "this", id: uuid7(), name };
      await tx.objectStore("device").put(row);
      return row;
    }));
  }

  async changeDevice(change: Partial<DeviceRow>): Promise<void> {
    this.seen(await this.connection.write(["device"], async (tx) => {
      const row = (await tx.objectStore("device").get("this")) as DeviceRow | undefined;
      if (!row) return null;
      await tx.objectStore("device").put({ ...row, ...change });
      return { ...row, ...change };
    }));
  }

  async everybody(): Promise<StaffRow[]> {
    if (!(await this.present())) return [];
    return this.connection.read(["staff"], (tx) => tx.objectStore("staff").getAll());
  }

  async staff(staffId: string): Promise<StaffRow | null> {
    if (!(await this.present())) return null;
    return this.connection.read(["staff"], async (tx) => (await tx.objectStore("staff").get(staffId)) ?? null);
  }

  putStaff(row: StaffRow): Promise<void> {
    return this.connection.write(["staff"], async (tx) => void (await tx.objectStore("staff").put(row)));
  }

  /** Change one person's row in one transaction; null when there is none. */
  changeStaff(staffId: string, change: (row: StaffRow) => StaffRow): Promise<StaffRow | null> {
    return this.connection.write(["staff"], async (tx) => {
      const row = await tx.objectStore("staff").get(staffId);
      if (!row) return null;
      const changed = change(row);
      await tx.objectStore("staff").put(changed);
      return changed;
    });
  }

  /** Delete a person's wrapped key. On a disk without room the whole row goes: a delete takes none. */
  async dropKey(staffId: string): Promise<void> {
    await this.changeStaff(staffId, (row) => ({ ...row, wrapped: null }))
      .catch(() => this.connection.write(["staff"], (tx) => tx.objectStore("staff").delete(staffId)))
      .catch(() => undefined);
  }

  /** Everybody who may have a queue here, also without a row (`dropKey`). */
  async people(): Promise<Set<string>> {
    const others = (await databaseNames()).flatMap((name) => /^banso-(?!device$)(.+)/.exec(name)?.[1] ?? []);
    return new Set([...(await this.everybody()).map(({ staffId }) => staffId), ...others]);
  }

  /** Put rows by that are there to be deleted; see `KeyVault.unlock`. */
  putSpares(staffId: string, count: number): Promise<void> {
    return this.connection.write(["device"], async (tx) => {
      while (count--) await tx.objectStore("device").put({ key: `${staffId}/${count}` });
    });
  }

  /** Delete one of them. False when none is left. */
  takeSpare(staffId: string): Promise<boolean> {
    return this.connection.write(["device"], async (tx) => {
      const rows = tx.objectStore("device");
      const [key] = await rows.getAllKeys(IDBKeyRange.bound(staffId, `${staffId}~`), 1);
      if (key) await rows.delete(key);
      return Boolean(key);
    });
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}

export const deviceStore = new DeviceStore();
