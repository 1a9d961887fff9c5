/**
 * {@code windlass demo}: the main job on embedded defaults, seen from outside. The demo starts a
 * real server and keeper, makes a real repository, signs real webhooks, and believes only what it
 * sees over HTTP; each of its claims is counted as seen or not seen.
 */
@NullMarked
package io.windlass.webhooks.demo;

import org.jspecify.annotations.NullMarked;
