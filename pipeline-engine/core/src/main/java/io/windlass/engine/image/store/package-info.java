/**
 * What was built or pulled, kept on this machine by its digest: blobs that are whole and synced or
 * not there at all, laid out as the OCI image layout does, and a record for each image that names
 * them. Unpacking is here too, since a layer is as hostile as whoever made it.
 */
@NullMarked
package io.windlass.engine.image.store;

import org.jspecify.annotations.NullMarked;
