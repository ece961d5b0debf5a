import { statfsSync } from 'node:fs'
import { platform } from 'node:os'
import { dirname, resolve } from 'node:path'

/**
 * File systems shared between machines, by their number in Linux (include/uapi/linux/magic.h and statfs(2)). SQLite's
 * write-ahead log needs shared memory and its locks need one kernel, so neither works across machines.
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
  [0x786f4256, 'a VirtualBox shared folder'],
])

/** The name of the network file system with this Linux number; undefined for any other. */
export function networkDiskOf(type: number): string | undefined {
  return networkDisks.get(type >>> 0)
}

/** The name of the network file system that a file is on, or would be created on; undefined if it is local or unknown. */
export function networkDiskUnder(path: string): string | undefined {
  if (platform() !== 'linux') return undefined
  try {
    return networkDiskOf(statfsSync(dirname(resolve(path))).type)
  } catch {
    return undefined // opening the archive will report what is wrong with its folder
  }
}
