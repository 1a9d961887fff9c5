/** Placeholder story of the module; see the packages below. */
@NullMarked
package io.windlass.engine.local;

import org.jspecify.annotations.NullMarked;
