import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/**
 * Prints every text in src that people read, with its file and line: errors, hints, help and terminal output. Run
 * `npm run -s messages`, or `npm run -s messages ROOM` for one room, and read the list as a user who knows nothing else.
 */
const SHOWN_BY =
  /^(HansardError|InvalidArgumentError|ExcludedError|argument|description|\w*[oO]ption|\w*Group|write\w*)$/
const SHOWN_AS = /^(about|detail|hint|message|notes|reason|summary|what)$/
const SQL = /^\s*(select|insert|update|delete|create|drop|alter|pragma|with|begin|attach|vacuum|reindex)\b/i
const SENTENCE = /[a-z’',;:] \$?[a-z{'"]/i

for (const path of readdirSync('src', { recursive: true, encoding: 'utf8' }).sort()) {
  if (!path.endsWith('.ts') || !path.startsWith(process.argv[2] ?? '')) continue
  const name = join('src', path)
  const source = ts.createSourceFile(name, readFileSync(name, 'utf8'), ts.ScriptTarget.Latest, true)
  printTexts(source, source, false)
}

function printTexts(node: ts.Node, source: ts.SourceFile, isShown: boolean): void {
  if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) {
    const text = node.getText(source).slice(1, -1)
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source))
    if ((isShown || SENTENCE.test(text)) && /\w \S|\S \w/.test(text) && !SQL.test(text))
      console.log(`${source.fileName}:${line + 1}: ${text.replaceAll(/\s*\n\s*/g, ' ')}`)
  }
  const isOwnScope = ts.isFunctionLike(node) || ts.isImportDeclaration(node) || ts.isTypeNode(node)
  ts.forEachChild(node, (child) =>
    printTexts(child, source, showsTexts(node, source) || (isShown && !isOwnScope)),
  )
}

/** Returns whether the texts in a call or a property are shown to people, whatever their form. */
function showsTexts(node: ts.Node, source: ts.SourceFile): boolean {
  if (ts.isCallExpression(node) || ts.isNewExpression(node))
    return SHOWN_BY.test(node.expression.getText(source).split('.').at(-1) ?? '')
  return ts.isPropertyAssignment(node) && SHOWN_AS.test(node.name.getText(source))
}
