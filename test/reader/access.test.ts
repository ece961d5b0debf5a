import { request } from 'node:http'
import { copyFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'

import Database from 'better-sqlite3'
import { expect, it, describe } from 'vitest'

import { openArchive } from '../../src/archive/archive.ts'
import { lockArchive } from '../../src/archive/sqlite/archive-lock.ts'
import { startReader } from '../../src/reader/start-reader.ts'
import { archiveOf } from '../support/archives.ts'
import { served } from '../support/served.ts'
import { someTalks, talksOf } from '../support/talks.ts'
import { world } from '../support/world.ts'

async function reader() {
  const here = await world({ stories: [talksOf(someTalks(2))] })
  await here.backup()
  return { ...here, ...(await served({ archive: here.archive })) }
}

/** Sends a request with a path and headers exactly as given, which `fetch` would not. */
function send(origin: string, path: string, headers: Record<string, string>, method = 'GET') {
  const { hostname, port } = new URL(origin)
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const sent = request({ hostname, port, path, headers, method }, (response) => {
      let body = ''
      response.on('data', (part) => (body += String(part)))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    sent.on('error', reject)
    sent.end()
  })
}

describe('The reader', () => {
  it('lets in nobody without the token', async () => {
    const { origin, token } = await reader()
    const cookie = `hansard-${new URL(origin).port}`
    for (const path of ['/', '/conversations/conv_0', '/version', '/assets/site.css', '/nowhere'])
      for (const wrong of [
        path,
        `${path}?token=`,
        `${path}?token=${token}x`,
        `${path}?token=${token.slice(1)}`,
      ]) {
        const { status, body } = await send(origin, wrong, {})
        expect({ wrong, status }).toEqual({ wrong, status: 403 })
        expect(body).toContain('Open the address that `hansard serve` printed')
      }
    expect((await send(origin, '/', { cookie: `${cookie}=${token}x` })).status).toBe(403)
    expect((await send(origin, '/', { cookie: `hansard-1=${token}` })).status).toBe(403)
    expect((await send(origin, '/', { cookie: `${cookie}=${token}` })).status).toBe(200)
  })

  it('takes the token out of the address', async () => {
    const { at } = await reader()
    const response = await fetch(at('/?q=bend'), { redirect: 'manual' })
    expect(response.status).toBe(302)
    expect(response.headers.get('location')).toBe('/?q=bend')
    expect(response.headers.get('set-cookie')).toMatch(
      /^hansard-\d+=token-of-a-test; Path=\/; HttpOnly; SameSite=Lax$/,
    )
  })

  it('refuses a Host that is not its own, as after DNS rebinding, and pages of other sites', async () => {
    const { origin, token } = await reader()
    const { port } = new URL(origin)
    const cookie = `hansard-${port}=${token}`
    const statusFor = async (headers: Record<string, string>) =>
      (await send(origin, '/', { cookie, ...headers })).status
    expect(await statusFor({ host: 'evil.example' })).toBe(421)
    expect(await statusFor({ host: `evil.example:${port}` })).toBe(421)
    expect(await statusFor({ host: '127.0.0.1:1' })).toBe(421)
    expect(await statusFor({ origin: 'https://evil.example' })).toBe(403)
    expect(await statusFor({ origin: 'null' })).toBe(403)
    expect(await statusFor({ host: `localhost:${port}` })).toBe(200)
    expect(await statusFor({ origin: `http://127.0.0.1:${port}` })).toBe(200)
  })

  it('only shows, and never changes anything', async () => {
    const { origin, token } = await reader()
    const cookie = `hansard-${new URL(origin).port}=${token}`
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])
      expect((await send(origin, '/', { cookie }, method)).status).toBe(405)
  })

  it('sends no page without the policy that keeps content harmless', async () => {
    const { get } = await reader()
    for (const path of [
      '/',
      '/conversations/conv_0',
      '/overview',
      '/assets/site.js',
      '/nowhere',
      '/version',
    ]) {
      const { headers } = await get(path)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).not.toMatch(/unsafe|\*|http|data:/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('cache-control')).toBe('no-store')
    }
  })

  it('finds no file by a path, however it is written', async () => {
    const { origin, token } = await reader()
    const cookie = `hansard-${new URL(origin).port}=${token}`
    const paths = ['/../../etc/passwd', '/assets/../../package.json', '/assets/%2e%2e/%2e%2e/package.json']
    for (const path of [
      ...paths,
      '/conversations/..%2f..%2fetc%2fpasswd',
      '/assets/site.css%00',
      '/%ff',
      '//etc/passwd',
    ]) {
      const { status, body } = await send(origin, path, { cookie })
      expect({ path, status }).toEqual({ path, status: 404 })
      expect(body).not.toMatch(/root:|"dependencies"/)
    }
  })

  it.each([
    ['/conversations/conv_none', 404, 'There is no conversation conv_none in the archive'],
    ['/conversations/%3Cscript%3E', 404, '&lt;script&gt;'],
    ['/conversations/conv_none/revisions', 404, 'There is no conversation conv_none'],
    ['/conversations/conv_0/files/0/0/x.png', 404, 'no such file'],
    ['/conversations/conv_0/files/99999999999999999999/-1/x.png', 404, 'no such file'],
    ['/conversations/conv_0?entry=1e9&part=-3', 200, 'talk 0'],
    ['/?offset=999999999', 200, 'no more conversations'],
    ['/?q=%22', 200, 'contains no word'],
    ['/?metadata=x', 200, 'key=value'],
  ])('answers %s with %d and a sentence', async (path, status, sentence) => {
    const { get } = await reader()
    const response = await get(path)
    expect(await response.text()).toContain(sentence)
    expect(response.status).toBe(status)
  })

  it('says that the archive has disappeared, and shows it again when it is back', async () => {
    const { get, archive } = await reader()
    renameSync(archive, `${archive}.away`)
    const response = await get('/')
    expect(response.status).toBe(503)
    expect(await response.text()).toContain('There is no archive at')
    renameSync(`${archive}.away`, archive)
    expect((await get('/')).status).toBe(200)
  })

  it('shows the archive that took the place of another', async () => {
    const { get, archive } = await reader()
    const other = `${archive}.other`
    archiveOf(
      [{ row: { id: 'conv_other', name: 'another archive' } }],
      openArchive(other, { mode: 'create' }),
    ).close()
    for (const end of ['-wal', '-shm']) rmSync(`${archive}${end}`, { force: true })
    renameSync(other, archive)
    expect(await (await get('/')).text()).toContain('another archive')
  })

  it.each([
    ['damaged', (path: string) => truncateSync(path, 20_000)],
    ['not an archive', (path: string) => writeFileSync(path, 'x'.repeat(10_000))],
    ['empty', (path: string) => truncateSync(path, 0)],
  ])('says what is wrong with a file that is %s', async (_, harm) => {
    const { get, archive, folder } = await reader()
    const harmed = `${folder}/harmed.db`
    copyFileSync(archive, harmed)
    harm(harmed)
    for (const end of ['-wal', '-shm']) rmSync(`${archive}${end}`, { force: true })
    renameSync(harmed, archive)
    const response = await get('/')
    expect(response.status).toBeGreaterThanOrEqual(500)
    expect(await response.text()).toMatch(
      /role="alert">[^<]+(?:damaged|malformed|not a hansard archive|is empty)/,
    )
    await expect(startReader({ archive })).rejects.toThrow()
  })

  it('reads while another process holds the lock of the archive and writes', async () => {
    const { get, archive } = await reader()
    const lock = lockArchive(archive, 'a backup')
    const writing = new Database(archive)
    writing.exec(`begin immediate; update conversation set gone_at = '2026-11-27T00:00:00.000Z'`)
    const during = await get('/')
    expect({ status: during.status, isGone: (await during.text()).includes('gone since') }).toEqual({
      status: 200,
      isGone: false,
    })
    writing.exec('commit')
    expect(await (await get('/?only=gone')).text()).toContain('gone since')
    writing.close()
    lock.release()
  })
})
