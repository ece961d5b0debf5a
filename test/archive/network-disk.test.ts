import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { networkDiskOf, networkDiskUnder } from '../../src/archive/sqlite/network-disk.ts'
import { testFolder } from '../support/folder.ts'

describe('A network file system', () => {
  it('is recognized by its number in Linux', () => {
    expect([0x6969, 0xff534d42, -11317950, 0xfe534d42, 0x65735546].map(networkDiskOf)).toEqual([
      'NFS',
      'CIFS',
      'CIFS',
      'SMB2',
      'FUSE (such as sshfs)',
    ])
    expect([0xef53, 0x01021994, 0x794c7630].map(networkDiskOf)).toEqual([undefined, undefined, undefined])
  })

  it('is not reported for a local disk or a missing folder', () => {
    expect(networkDiskUnder(join(testFolder(), 'archive.db'))).toBeUndefined()
    expect(networkDiskUnder('/no/such/folder/archive.db')).toBeUndefined()
  })
})
