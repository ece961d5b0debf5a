import { statfsSync } from 'node:fs'
import { platform } from 'node:os'
import { dirname, resolve } from 'node:path'

/**
 * File systems that other machines write to, too, by the number that Linux has for them (include/uapi/linux/magic.h and
 * statfs(2)). SQLite's log of a writer wants memory that its readers share, and its locks want a kernel that they share.
 */
const networkDisks: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x65735546, 'FUSE (such as sshfs)'],
  [0x01021997, '9P'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x73757245, 'Coda'],
  [0x564c, 'NCP'],
  [0x7461636f, 'OCFS2'],
  [0x01161970, 'GFS2'],
  [0x0bd00bd0, 'Lustre'],
  [0x786f4256, 'a shared folder of VirtualBox'],
])

/** Names the network file system that this number of Linux stands for, if it is one. */
export function networkDiskOf(type: number): string | undefined {
  return networkDisks.get(type >>> 0)
}

/** Names the network file system that a file is on, or would be, if it is on one; only Linux tells. */
export function networkDiskUnder(path: string): string | undefined {
  if (platform() !== 'linux') return undefined
  try {
    return networkDiskOf(statfsSync(dirname(resolve(path))).type)
  } catch {
    return undefined // opening the archive will say what is wrong with its folder
  }
}
