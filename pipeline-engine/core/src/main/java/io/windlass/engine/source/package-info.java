/**
 * What happens where the code is kept, in words of our own. {@link
 * io.windlass.engine.source.GitHubEvents} turns a webhook's JSON into an {@link
 * io.windlass.engine.source.Intent}, purely and for any input; {@link
 * io.windlass.engine.source.SourceHost} is the way back: commit statuses, heads, and the deliveries
 * that failed.
 */
@NullMarked
package io.windlass.engine.source;

import org.jspecify.annotations.NullMarked;
