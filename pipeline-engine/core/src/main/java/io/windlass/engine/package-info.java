/** Placeholder story of the module; see the packages below. */
@NullMarked
package io.windlass.engine;

import org.jspecify.annotations.NullMarked;
