/** Placeholder story of the module; see the packages below. */
@NullMarked
package io.windlass.scaler;

import org.jspecify.annotations.NullMarked;
