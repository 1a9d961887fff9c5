package io.windlass.engine.local.proxy;

/** A connection that has left HTTP (a WebSocket): bytes both ways, until one side ends it. */
interface Tunnel {

  /** Closes both sides now. */
  void cut();
}
