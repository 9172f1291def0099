import type { KnownBlock } from '@slack/types';
import type { OAuthV2AccessArguments } from '@slack/web-api';

/** Who asks stands in the Authorization header, as Slack recommends. */
export type AccessArguments = Omit<OAuthV2AccessArguments, 'client_id' | 'client_secret'>;

/** What a response_url takes (Slack's documentation, "Handling user interaction"). */
export interface ResponseUrlArguments {
  text?: string;
  blocks?: KnownBlock[];
  response_type?: 'ephemeral' | 'in_channel';
  replace_original?: boolean;
  delete_original?: boolean;
  unfurl_links?: boolean;
  unfurl_media?: boolean;
  parse?: 'none' | 'full';
}

/** Slack's documentation, "Rich text list element", has `offset` for numbered lists; its types do not. */
declare module '@slack/types/dist/block-kit/block-elements.js' {
  interface RichTextList {
    offset?: number;
  }
}
