/**
 * The server's own file: where it listens, what it may touch, whom it believes.
 *
 * <p>The operator grants here what repositories may ask for. {@link
 * io.windlass.webhooks.settings.SettingsReader} gives {@link
 * io.windlass.webhooks.settings.Settings} with every default filled in and every secret read from
 * where the file points, or every mistake at once. {@link
 * io.windlass.webhooks.settings.SettingsEditor} adds a repository to the text and leaves the rest
 * of it alone, comments too.
 */
@NullMarked
package io.windlass.webhooks.settings;

import org.jspecify.annotations.NullMarked;
