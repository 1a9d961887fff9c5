/**
 * Brings objects to a namespace and says what that changed or would change: server-side apply under
 * managers of our own, pruning by inventory, differences, and the record of every release.
 */
@NullMarked
package io.windlass.engine.kubernetes.apply;

import org.jspecify.annotations.NullMarked;
