// What must not pass: should the types ever let one through, the check checks nothing, and tsc says so here.
import type { KnownBlock, View } from '@slack/types';
import type { ChatPostMessageArguments } from '@slack/web-api';

// @ts-expect-error -- a header takes plain text only
export const marked: KnownBlock[] = [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }];
// @ts-expect-error -- there is no such block
export const strange: KnownBlock[] = [{ type: 'headline', text: { type: 'plain_text', text: 'x' } }];
// @ts-expect-error -- there is no such key
export const misspelt: KnownBlock[] = [{ type: 'divider', blockid: 'x' }];
// @ts-expect-error -- a button takes a value, a text
export const number: KnownBlock[] = [{ type: 'actions', elements: [{ type: 'button', text: { type: 'plain_text', text: 'x' }, value: 1 }] }];
// @ts-expect-error -- a modal has a title
export const untitled: View = { type: 'modal', blocks: [] };
// @ts-expect-error -- there is no such argument
export const argument = { channel: 'C1', text: 'x', unfurl_link: false } satisfies ChatPostMessageArguments;
