/** Where the scaler's decisions are kept: its log on the engine's database. */
@NullMarked
package io.windlass.engine.decision;

import org.jspecify.annotations.NullMarked;
