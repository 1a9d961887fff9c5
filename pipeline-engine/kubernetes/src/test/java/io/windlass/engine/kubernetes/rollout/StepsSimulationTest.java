package io.windlass.engine.kubernetes.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.kubernetes.rollout.ModelCluster.Snapshot;
import io.windlass.engine.rollout.Division;
import io.windlass.scaler.fleet.Share;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Lets rollouts of every kind happen in a cluster that does things in any order, with a server that
 * dies between any two writes, sees things late, and has its total changed in the middle.
 */
final class StepsSimulationTest {
  private static final int WORLDS = 400;
  private static final int PATIENCE = 6_000;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void loses_no_replica_and_no_request_and_always_arrives(long seed) {
    for (int world = 0; world < WORLDS; world++) {
      long number = seed * 1_000_000 + world;
      try {
        new World(number).live();
      } catch (AssertionError e) {
        throw new AssertionError("In the world of seed " + number + ": " + e.getMessage(), e);
      }
    }
  }

  private static final class World {
    private final Random random;
    private final ModelCluster cluster;
    private final List<Snapshot> seen = new ArrayList<>();
    private final boolean mayBeEmpty;
    private long newest = 1;
    private long good = 1;

    World(long seed) {
      random = new Random(seed);
      mayBeEmpty = random.nextInt(4) == 0;
      cluster = new ModelCluster(random, random.nextBoolean(), 1 + random.nextInt(8));
    }

    void live() {
      arrive();
      for (int rollout = 0; rollout < 3; rollout++) {
        long release = ++newest;
        boolean bad = random.nextInt(3) == 0;
        if (bad) {
          cluster.breaks(release);
        }
        boolean returned = bad;
        List<Division> strategy = strategy();
        if (cluster.wish().objection(release, strategy.getFirst()).isPresent()) {
          arrive();
        }
        for (Division division : strategy) {
          cluster.shift(release, division);
          if (bad || random.nextInt(5) == 0) {
            run(random.nextInt(200));
            returned |= random.nextInt(4) == 0;
            if (returned) {
              break;
            }
          }
          arrive();
        }
        if (returned) {
          cluster.shift(good, new Division.Replace());
          if (random.nextInt(4) == 0) {
            // The next commit does not wait for the end of it.
            run(random.nextInt(100));
            continue;
          }
          arrive();
        } else {
          good = release;
        }
        assertArrived();
      }
      arrive();
      assertArrived();
    }

    private void assertArrived() {
      assertThat(cluster.readyOf(good)).isEqualTo(cluster.total());
      assertThat(cluster.wish()).isEqualTo(cluster.wish().concluded(Set.of("web")));
    }

    private List<Division> strategy() {
      return switch (random.nextInt(3)) {
        case 0 -> List.of(new Division.Replace());
        case 1 ->
            List.of(
                new Division.Part(Share.percent(10)),
                new Division.Part(Share.percent(50)),
                new Division.Replace());
        default ->
            List.of(new Division.Beside(false), new Division.Beside(true), new Division.Replace());
      };
    }

    private void arrive() {
      for (int i = 0; i < PATIENCE; i++) {
        if (Steps.settled(cluster.look().observed())) {
          return;
        }
        turn();
      }
      assertThat(Steps.next(cluster.look().observed())).as(cluster.toString()).isEmpty();
      throw new AssertionError("did not arrive: " + cluster);
    }

    private void run(int turns) {
      for (int i = 0; i < turns; i++) {
        turn();
      }
    }

    private void turn() {
      if (random.nextInt(150) == 0) {
        cluster.resize(random.nextInt(mayBeEmpty ? 0 : 1, 9));
      }
      seen.add(cluster.look());
      if (seen.size() > 3) {
        seen.removeFirst();
      }
      if (random.nextInt(3) == 0) {
        Snapshot snapshot = seen.get(random.nextInt(seen.size()));
        for (Action action : Steps.next(snapshot.observed())) {
          if (random.nextInt(5) == 0) {
            break; // The server dies here, and another one looks anew.
          }
          if (!cluster.write(action, snapshot)) {
            break;
          }
          check();
          if (random.nextBoolean()) {
            step();
          }
        }
      }
      step();
    }

    private void step() {
      cluster.step();
      check();
    }

    private void check() {
      assertThat(cluster.broken()).isEmpty();
    }
  }
}
