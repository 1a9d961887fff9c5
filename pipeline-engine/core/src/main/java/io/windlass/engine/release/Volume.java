package io.windlass.engine.release;

/**
 * A directory that outlives the replicas and the releases of a process.
 *
 * @param path where a replica finds it
 * @param bytes how much it is to hold at least; it never shrinks
 * @param shared one for all replicas of all processes; else it is one replica's own, so that there
 *     is never a second replica, nor one of another release beside it
 */
public record Volume(String name, String path, long bytes, boolean shared) {}
