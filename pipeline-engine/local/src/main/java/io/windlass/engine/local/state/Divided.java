package io.windlass.engine.local.state;

import io.windlass.engine.rollout.Division;
import io.windlass.engine.rollout.Division.Beside;
import io.windlass.engine.rollout.Division.Part;
import io.windlass.engine.rollout.Division.Replace;
import io.windlass.scaler.fleet.Share;
import java.util.Optional;

/**
 * How an environment's fleets are divided: what was asked for last, and between which releases.
 *
 * @param to the release that was moved to last
 * @param percent of {@code to}; all that a keeper of the version before reads: while both are
 *     whole, all where requests go to {@code to} and else nothing
 * @param from the one before, for as long as it may be returned to
 * @param kind what a percentage does not say; empty where it says all
 */
public record Divided(String to, double percent, Optional<String> from, Optional<Kind> kind) {
  /** Each returned replica takes up to this many times its share of the requests. */
  private static final double STRETCH = 2;

  /** A move that is more than a percentage. */
  public enum Kind {
    /** To what ran before: requests go ahead of the replicas. */
    RETURN,
    /** Both are whole, and requests go to what ran before. */
    STANDBY,
    /** The same until {@code to} is whole for the first time, then it is LIVE. */
    SWITCH,
    /** Both are whole, and requests go to {@code to}. */
    LIVE,
    /** After LIVE: what ran before leaves, and gets no requests meanwhile. */
    FINISH,
    /** All is of {@code to}, which is still looked at. */
    ARRIVED
  }

  /** After the engine has asked for this division. */
  public static Divided shifted(Optional<Divided> before, String release, Division asked) {
    Optional<String> from = before.flatMap(now -> now.before(release));
    boolean live = before.filter(now -> now.isLiveWith(release)).isPresent();
    boolean back = before.filter(now -> now.isLeftFor(release)).isPresent();
    boolean arrived = before.filter(now -> now.to.equals(release) && now.hasArrived()).isPresent();
    return switch (asked) {
      case Replace() when back -> new Divided(release, 100, from, Optional.of(Kind.RETURN));
      case Replace() when live -> new Divided(release, 100, from, Optional.of(Kind.FINISH));
      case Replace() when arrived -> before.get();
      case Replace() -> new Divided(release, 100, from, Optional.empty());
      case Part(Share share) -> new Divided(release, share.inPercent(), from, Optional.empty());
      case Beside(boolean switches) when !switches ->
          new Divided(release, 0, from, Optional.of(Kind.STANDBY));
      case Beside _ -> new Divided(release, 100, from, Optional.of(live ? Kind.LIVE : Kind.SWITCH));
    };
  }

  /**
   * What a move to this release leaves. A candidate that does not have all is nothing to go on
   * from, unless it is left for what ran before it.
   */
  private Optional<String> before(String release) {
    if (to.equals(release)) {
      return from;
    }
    return kind.equals(Optional.of(Kind.RETURN)) || hasArrived()
        ? Optional.of(to)
        : from.filter(f -> !f.equals(release)).or(() -> Optional.of(to));
  }

  private boolean isLeftFor(String release) {
    boolean returning = kind.equals(Optional.of(Kind.RETURN));
    return returning ? to.equals(release) : from.equals(Optional.of(release));
  }

  private boolean isLiveWith(String release) {
    return to.equals(release) && kind.filter(k -> k == Kind.LIVE || k == Kind.FINISH).isPresent();
  }

  /** As the engine asked for it. */
  public Division asked() {
    return kind.<Division>map(k ->
            switch (k) {
              case RETURN, FINISH, ARRIVED -> new Replace();
              case STANDBY -> new Beside(false);
              case SWITCH, LIVE -> new Beside(true);
            })
        .orElseGet(() -> percent >= 100 ? new Replace() : new Part(Share.percent(percent)));
  }

  /**
   * The share of a fleet's requests that goes to {@code to} now; empty: to whichever replica is
   * ready. A canary's grows with the replicas that carry it. A return takes all requests away at
   * once from what has failed, unless so few replicas are left of the other that they would break
   * under them.
   *
   * @param total of the fleet
   * @param ready replicas of {@code to}
   */
  public Optional<Share> requests(int total, int ready) {
    if (kind.isPresent()) {
      return switch (kind.get()) {
        case RETURN -> Optional.of(new Share(Math.min(1, STRETCH * ready / Math.max(1, total))));
        case STANDBY, SWITCH -> Optional.of(Share.NONE);
        case LIVE, FINISH -> Optional.of(Share.ALL);
        case ARRIVED -> Optional.empty();
      };
    }
    int whole = Math.max(1, asked().ofRelease(total));
    return asked()
        .requests()
        .map(share -> new Share(share.fraction() * Math.min(1, (double) ready / whole)));
  }

  /** Whether nothing is to stay of what ran before. */
  public boolean replaces() {
    return asked() instanceof Replace;
  }

  /** Whether what ran before still serves alone. */
  public boolean isBehind() {
    return kind.filter(k -> k == Kind.STANDBY || k == Kind.SWITCH).isPresent();
  }

  /** Whether requests change sides once {@code to} is whole. */
  public boolean switches() {
    return kind.equals(Optional.of(Kind.SWITCH));
  }

  /** Whether {@code to} has yet to prove itself. */
  public boolean isTrial() {
    return from.isPresent() && !kind.equals(Optional.of(Kind.RETURN));
  }

  /** Once {@code to} is whole, beside what ran before. */
  public Divided switched() {
    return new Divided(to, percent, from, Optional.of(Kind.LIVE));
  }

  /** Whether all is of {@code to}, which may still be left for what ran before. */
  public boolean hasArrived() {
    return kind.equals(Optional.of(Kind.ARRIVED));
  }

  /** Once all is of {@code to}; what was returned to has nothing to prove. */
  public Divided arrived() {
    return isTrial() ? new Divided(to, percent, from, Optional.of(Kind.ARRIVED)) : proved();
  }

  /** Once nobody will return to what ran before. */
  public Divided proved() {
    return new Divided(to, percent, Optional.empty(), Optional.empty());
  }

  public boolean names(String release) {
    return to.equals(release) || from.filter(release::equals).isPresent();
  }
}
