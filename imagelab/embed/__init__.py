"""One level or one view on a page of its own: for a frame in somebody else's page, or a link."""

from imagelab.embed.links import link as link
