/** The demo's pipeline: sentence embeddings by a MiniLM whose encoder is cut in two. */
package dev.orrery.examples.embed;
