/** Placeholder story of the module; see the packages below. */
@NullMarked
package io.windlass.webhooks;

import org.jspecify.annotations.NullMarked;
