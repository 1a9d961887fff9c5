/**
 * The engine as a whole: {@link io.windlass.engine.Engine} puts the packages below together, given
 * ports to the world.
 */
@NullMarked
package io.windlass.engine;

import org.jspecify.annotations.NullMarked;
