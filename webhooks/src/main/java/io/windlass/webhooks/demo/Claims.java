package io.windlass.webhooks.demo;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** What the demo promised to show, each seen or not seen. */
final class Claims {
  private record Claim(String text, boolean seen, String evidence) {}

  private final PrintStream out;
  private final List<Claim> claims = new ArrayList<>();

  Claims(PrintStream out) {
    this.out = out;
  }

  /** Records a claim with what was seen for or against it, and prints it. */
  void claim(String text, boolean seen, String evidence) {
    Claim claim = new Claim(text, seen, evidence);
    claims.add(claim);
    print(claim);
  }

  /** Prints all claims again, together. */
  void summary() {
    out.println();
    claims.forEach(this::print);
    long seen = claims.stream().filter(Claim::seen).count();
    out.println("   " + seen + " of " + claims.size() + " claims seen");
  }

  /** Whether there are claims and each was seen. */
  boolean allSeen() {
    return !claims.isEmpty() && claims.stream().allMatch(Claim::seen);
  }

  private void print(Claim claim) {
    out.println(
        (claim.seen() ? "   [seen]     " : "   [NOT SEEN] ")
            + claim.text()
            + ": "
            + claim.evidence());
  }
}
