/**
 * What a policy looks at. A {@link io.windlass.scaler.signal.SignalSource} reads many {@link
 * io.windlass.scaler.signal.SignalQuery queries} at once; each gets one {@link
 * io.windlass.scaler.signal.Reading}, and a reading without data is a value that says why, never a
 * zero.
 */
@NullMarked
package io.windlass.scaler.signal;

import org.jspecify.annotations.NullMarked;
