/**
 * What the scaler sizes. A {@link io.windlass.scaler.fleet.Fleet} can name a total and no release:
 * the pipeline engine alone says what a fleet runs, the scaler alone says how many.
 */
@NullMarked
package io.windlass.scaler.fleet;

import org.jspecify.annotations.NullMarked;
