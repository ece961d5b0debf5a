import { jsonResponse, type SandboxResponse } from '../responses/sandbox-response.ts'

interface Model {
  readonly id: string
  readonly context: number
  readonly reasons?: boolean
  readonly aliases?: readonly string[]
}

const models: readonly Model[] = [
  { id: 'mistral-large-latest', context: 131_072 },
  { id: 'mistral-medium-latest', context: 131_072, aliases: ['mistral-medium-2508'] },
  { id: 'mistral-small-latest', context: 131_072 },
  { id: 'magistral-medium-latest', context: 40_960, reasons: true },
  { id: 'codestral-latest', context: 262_144 },
  { id: 'open-mistral-tiny', context: 2_000 },
]

/** Finds a model by its name or an alias. */
export function findModel(name: string): Model | undefined {
  return models.find(({ id, aliases }) => id === name || aliases?.includes(name))
}

/** `GET /v1/models`. */
export function listModels(): SandboxResponse {
  return jsonResponse(JSON.stringify({ object: 'list', data: models.map(card) }))
}

function card({ id, context, reasons = false, aliases = [] }: Model): object {
  return {
    id,
    object: 'model',
    created: 1_735_689_600,
    owned_by: 'mistralai',
    capabilities: { completion_chat: true, function_calling: true, reasoning: reasons, vision: true },
    name: id,
    description: null,
    max_context_length: context,
    aliases,
    deprecation: null,
    default_model_temperature: 0.3,
    type: 'base',
  }
}
