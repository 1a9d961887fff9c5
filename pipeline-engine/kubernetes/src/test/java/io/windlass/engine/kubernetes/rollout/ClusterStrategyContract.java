package io.windlass.engine.kubernetes.rollout;

import io.windlass.engine.kubernetes.part.Program;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.Release;
import io.windlass.engine.rollout.RolloutStrategyContract;
import io.windlass.engine.rollout.RolloutTarget;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

/** What a cluster keeps of rollouts, however requests come to it. */
abstract class ClusterStrategyContract extends RolloutStrategyContract {
  private World world;

  /** An environment whose routes are reached in the way that is looked at. */
  abstract World open() throws Exception;

  /** A release whose image does what is ordered of it. */
  Release release(World in, long number) {
    return in.release(number);
  }

  final World world() {
    return world;
  }

  @Override
  protected final RolloutTarget target() throws Exception {
    world = open();
    return world.target();
  }

  @AfterEach
  final void close() {
    if (world != null) {
      world.close();
    }
  }

  @Override
  protected final EnvironmentId environment() {
    return world.environment();
  }

  @Override
  protected final Release good(long number) {
    return release(world, number);
  }

  @Override
  protected final Release broken(long number) {
    world.order(number, Program.exits(1, "no such table: basket"));
    return release(world, number);
  }

  @Override
  protected final Release missing(long number) {
    return world.missing(number);
  }

  @Override
  protected final void size(int total) throws Exception {
    world.fleet().resize(total, "a test");
  }

  @Override
  protected final Map<Long, Integer> ready() {
    return world.ready();
  }

  @Override
  protected final Map<Long, Double> requests() {
    return world.requests();
  }

  @Override
  protected final void breakDown(Release release) {
    world.breakDown(release.number());
  }

  @Override
  protected final void breakOne(Release release) {
    world.breakOne(release.number());
  }

  @Override
  protected final RolloutTarget restart() {
    return world.restart();
  }
}
