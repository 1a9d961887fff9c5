package io.windlass.engine.local.client;

import io.windlass.engine.local.protocol.FleetStatus;
import io.windlass.engine.local.protocol.ReplicaStatus;
import io.windlass.engine.local.protocol.Resize;
import io.windlass.scaler.fleet.Fleet;
import io.windlass.scaler.fleet.FleetException;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.fleet.FleetState;
import io.windlass.scaler.fleet.Limit;
import io.windlass.scaler.fleet.Replica;

/**
 * A fleet of the local machine's processes. A size may be set before its first release is there.
 */
public final class KeeperFleet implements Fleet {
  private final KeeperClient client;
  private final FleetId id;
  private final String writer;

  /**
   * Over this keeper.
   *
   * @param client with a patience shorter than a tick
   * @param writer signs every size
   */
  public KeeperFleet(KeeperClient client, FleetId id, String writer) {
    this.client = client;
    this.id = id;
    this.writer = writer;
  }

  @Override
  public FleetId id() {
    return id;
  }

  @Override
  public FleetState state() throws FleetException {
    try {
      FleetStatus fleet = client.fleet(id.toString());
      return new FleetState(
          id,
          fleet.wanted().orElse(0),
          fleet.writer(),
          fleet.replicas().stream().map(KeeperFleet::replica).toList(),
          fleet.limit().map(l -> new Limit(l.replicas(), l.reason())));
    } catch (KeeperException e) {
      throw new FleetException(e.reason(), e);
    } catch (InterruptedException e) {
      throw interrupted("look at", e);
    }
  }

  @Override
  public void resize(int wanted, String reason) throws FleetException {
    if (wanted < 0) {
      throw new IllegalArgumentException(
          "Tried to size \"" + id + "\" to " + wanted + "; use 0 or more");
    }
    try {
      client.resize(new Resize(id.toString(), wanted, reason, writer));
    } catch (KeeperException e) {
      throw new FleetException(e.reason(), e);
    } catch (InterruptedException e) {
      throw interrupted("size", e);
    }
  }

  private FleetException interrupted(String verb, InterruptedException e) {
    Thread.currentThread().interrupt();
    return new FleetException(
        "Tried to " + verb + " \"" + id + "\" but the server is going down", e);
  }

  private static Replica replica(ReplicaStatus replica) {
    Replica.State state =
        switch (replica.phase()) {
          case STARTING -> Replica.State.STARTING;
          case READY ->
              replica.standby().orElse(false) ? Replica.State.STANDBY : Replica.State.READY;
          case UNREADY -> Replica.State.UNREADY;
          case BACKOFF, CRASH_LOOPING -> Replica.State.FAILED;
          case DRAINING, STOPPING -> Replica.State.STOPPING;
        };
    return new Replica(replica.id(), replica.release(), state, replica.since());
  }
}
