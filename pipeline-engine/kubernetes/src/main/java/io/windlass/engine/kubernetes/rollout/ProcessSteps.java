package io.windlass.engine.kubernetes.rollout;

import io.windlass.engine.kubernetes.environment.Wish;
import io.windlass.engine.kubernetes.rollout.RequestSteps.Goal;
import io.windlass.engine.kubernetes.rollout.RequestSteps.Step;
import io.windlass.engine.kubernetes.rollout.Seen.Workload;
import io.windlass.engine.kubernetes.workload.Slot;
import io.windlass.engine.rollout.Division;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is to be done for one process of the wanted release. */
final class ProcessSteps {
  private static final Workload NONE = new Workload(0, 0, 0, 0, 0);

  private final String process;
  private final Wish wish;
  private final Seen seen;
  private final Slot home;
  private final Optional<Integer> total;

  ProcessSteps(Observed observed, String process) {
    this.process = process;
    this.wish = observed.wish();
    this.seen = observed.fleet(process);
    this.home = wish.slot();
    this.total = observed.total(process);
  }

  /** None where nothing is to be changed now, or no total was said yet. */
  List<Action> next() {
    if (total.isEmpty()) {
      return List.of();
    }
    List<Action> actions = new ArrayList<>();
    if (requests() instanceof Step.Does(var action)) {
      actions.add(action);
    }
    mine()
        .ifPresentOrElse(
            w -> {
              if (w.release() != wish.to()) {
                actions.add(new Action.Apply(process, home, wish.to(), w.size()));
              } else if (w.size() != sizeOfMine()) {
                actions.add(new Action.Size(process, home, sizeOfMine()));
              }
            },
            () -> actions.add(new Action.Apply(process, home, wish.to(), sizeOfMine())));
    other()
        .ifPresent(w -> {
          if (w.size() != sizeOfOther()) {
            actions.add(new Action.Size(process, home.other(), sizeOfOther()));
          } else if (replaces() && w.size() == 0 && w.pods() == 0 && left()) {
            actions.add(new Action.Delete(process, home.other()));
          }
        });
    return actions;
  }

  /** Whether the process is as wanted, with nothing left that is on its way out. */
  boolean arrived() {
    if (total.isEmpty() || !(requests() instanceof Step.Done) || !followed()) {
      return false;
    }
    int wanted = ofRelease();
    boolean here =
        mine()
            .filter(w -> w.release() == wish.to())
            .filter(w -> w.size() == wanted && w.pods() == wanted && w.proved() == wanted)
            .isPresent();
    // A replica of what ran before may be restarting: that is no part of this move.
    boolean there =
        replaces()
            ? other().isEmpty()
            : other().filter(w -> w.size() != ofBefore() || w.pods() != ofBefore()).isEmpty();
    return here && there;
  }

  /** Whether requests go where they were sent: the services' endpoints have followed. */
  private boolean followed() {
    if (seen.requests().isEmpty()) {
      return true;
    }
    Requests now = seen.requests().get();
    for (Slot slot : Slot.values()) {
      int ready = now.selected().contains(slot) ? seen.in(slot).orElse(NONE).ready() : 0;
      if (now.reached(slot) != ready) {
        return false;
      }
    }
    return now.next()
        .filter(next -> next.reached() != seen.in(next.slot()).orElse(NONE).ready())
        .isEmpty();
  }

  /** How many replicas are to be of the wanted release; 0 before a total was said. */
  int ofRelease() {
    return total.map(t -> wish.divided() ? wish.division().ofRelease(t) : t).orElse(0);
  }

  private int ofBefore() {
    return wish.division().ofBefore(total.orElse(0));
  }

  private Optional<Workload> mine() {
    return seen.in(home);
  }

  private Optional<Workload> other() {
    return seen.in(home.other());
  }

  private boolean replaces() {
    return wish.division() instanceof Division.Replace;
  }

  private int sizeOfMine() {
    int all = total.orElse(0);
    int now = mine().orElse(NONE).size();
    int wanted = ofRelease();
    if (wish.division() instanceof Division.Beside || other().isEmpty()) {
      return wanted;
    }
    Workload leaving = other().orElse(NONE);
    return wanted >= now
        ? Math.max(now, Math.min(wanted, all + surge(all) - leaving.size()))
        : Math.max(wanted, Math.min(now, all - leaving.ready()));
  }

  private static int surge(int total) {
    return Math.max(1, (total + 3) / 4);
  }

  private int sizeOfOther() {
    int all = total.orElse(0);
    int now = other().orElse(NONE).size();
    int missing = all - mine().orElse(NONE).proved();
    if (!replaces()) {
      return Math.max(ofBefore(), missing);
    }
    if (now == 0) {
      return 0;
    }
    if (missing <= 0) {
      return left() ? 0 : now;
    }
    // What has proved itself makes good for replicas of the new release that were lost again.
    boolean proved = wish.before().map(Wish.Before::proved).orElse(false);
    return proved ? missing : Math.min(now, missing);
  }

  /** Whether no request goes to the other slot any more. */
  private boolean left() {
    boolean reached = seen.requests().filter(r -> r.reached(home.other()) > 0).isPresent();
    return !reached
        && (goal().isEmpty()
            || (goal().get().equals(new Goal.All(home)) && requests() instanceof Step.Done));
  }

  private Step requests() {
    return goal()
        .flatMap(goal -> seen.requests().map(now -> RequestSteps.towards(goal, process, now)))
        .orElseGet(Step.Done::new);
  }

  /** Empty where there is no service, or nothing that could serve. */
  private Optional<Goal> goal() {
    if (seen.requests().isEmpty()) {
      return Optional.empty();
    }
    Requests now = seen.requests().get();
    Workload mine = mine().orElse(NONE);
    Workload other = other().orElse(NONE);
    boolean gone = replaces() && other.size() == 0 && other.ready() == 0;
    if (gone || other().isEmpty()) {
      return Optional.of(new Goal.All(home));
    }
    if (mine.ready() == 0 && other.ready() == 0) {
      return Optional.empty();
    }
    return Optional.of(
        switch (wish.division()) {
          case Division.Part(var share) -> part((int) Math.round(share.fraction() * 100));
          case Division.Beside(var live) -> beside(live, now);
          case Division.Replace replace -> replace(now);
        });
  }

  private Goal part(int percent) {
    if (!seen.weighs()) {
      return new Goal.Mixed();
    }
    Workload mine = mine().orElse(NONE);
    Workload other = other().orElse(NONE);
    if (mine.ready() == 0 && seen.requests().flatMap(Requests::next).isEmpty()) {
      return new Goal.All(home.other());
    }
    int wanted = Math.max(1, ofRelease());
    int carried = other.ready() == 0 ? 100 : percent * Math.min(wanted, mine.proved()) / wanted;
    return new Goal.Weighed(home.other(), home, carried);
  }

  private Goal beside(boolean live, Requests now) {
    Workload mine = mine().orElse(NONE);
    boolean whole = mine.proved() >= total.orElse(0);
    boolean begun = now.only(home) && mine.ready() > 0;
    boolean forward = live && (whole || begun);
    return forward || other().orElse(NONE).ready() == 0
        ? new Goal.All(home)
        : new Goal.All(home.other());
  }

  private Goal replace(Requests now) {
    Workload mine = mine().orElse(NONE);
    Workload other = other().orElse(NONE);
    if (other.ready() == 0) {
      return new Goal.All(home);
    }
    if (mine.ready() == 0) {
      return new Goal.All(home.other());
    }
    boolean back = wish.before().filter(b -> !b.proved()).isPresent();
    if (back || now.only(home) || mine.proved() >= total.orElse(0)) {
      return new Goal.All(home);
    }
    if (now.next().isPresent()) {
      int percent = 100 * mine.proved() / (mine.proved() + other.ready());
      return new Goal.Weighed(home.other(), home, percent);
    }
    return now.only(home.other()) ? new Goal.All(home.other()) : new Goal.Mixed();
  }
}
