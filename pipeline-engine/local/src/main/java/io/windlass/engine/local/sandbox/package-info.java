/**
 * What keeps processes apart from each other and from the machine: a view of the file system by
 * bubblewrap, users of their own, limits by cgroups, and no way to the cloud's metadata address.
 * Each is tried out when the keeper starts; what does not work is said, never assumed.
 */
@NullMarked
package io.windlass.engine.local.sandbox;

import org.jspecify.annotations.NullMarked;
