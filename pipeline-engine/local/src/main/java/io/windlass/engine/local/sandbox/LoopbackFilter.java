package io.windlass.engine.local.sandbox;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps users of ours from what listens on this machine, on its loopback and on its other addresses
 * alike: a table of nftables that lets them begin nothing there but what is allowed. Answers to
 * whoever came to them pass, so that the proxy reaches its replicas. Connections are not tracked: a
 * machine that serves many would have to remember them all.
 *
 * <p>The table stays when the keeper ends, because the replicas do. It is always written whole, so
 * that it is right again after somebody has flushed the machine's rules. Thread-safe.
 */
public final class LoopbackFilter {
  private static final Logger LOG = LoggerFactory.getLogger(LoopbackFilter.class);
  private static final String NFT = "/usr/sbin/nft";
  private static final int DNS = 53;

  /** What nft takes as a comment, and gives back as it was. */
  private static final Pattern COMMENT = Pattern.compile("[\\w/.+-]{1,127}");

  private static final Pattern HOME = Pattern.compile("comment \"([^\"]+)\"");

  /**
   * One process that is kept in.
   *
   * @param user that it runs as
   * @param port its own, which it and its like may call
   * @param reaches whether what the operator lists is open for it
   */
  public record Confined(int user, Optional<Integer> port, boolean reaches) {}

  /**
   * What is open for those who are kept in.
   *
   * @param nameservers for everybody
   * @param served addresses that the whole world is served at
   * @param reach what the operator lists
   */
  record Openings(
      List<InetAddress> nameservers,
      List<InetSocketAddress> served,
      List<InetSocketAddress> reach) {
    Openings {
      nameservers = List.copyOf(nameservers);
      served = List.copyOf(served);
      reach = List.copyOf(reach);
    }
  }

  private final String table;
  private final boolean works;
  private final Map<String, Confined> confined = new TreeMap<>();
  private Openings openings;
  private Optional<String> home = Optional.empty();
  private boolean open;

  private LoopbackFilter(String table, boolean works, Openings openings) {
    this.table = table;
    this.works = works;
    this.openings = openings;
  }

  /**
   * Not yet in force.
   *
   * @param name that no other keeper of the machine has; letters, digits and -
   * @param works false: nothing is done
   */
  static LoopbackFilter of(
      String name, boolean works, List<InetAddress> nameservers, List<InetSocketAddress> reach) {
    return new LoopbackFilter(
        name.replace('-', '_'), works, new Openings(nameservers, List.of(), reach));
  }

  /** Whether it was seen to work here; else nobody is kept from anything. */
  public boolean works() {
    return works;
  }

  /**
   * Writes whose table it is into it, and removes the tables of keepers whose directories are gone:
   * they were killed and do not come back, and their tables would go on keeping users in that are
   * ours as well.
   *
   * @param directory of the keeper
   */
  public synchronized void keptBy(Path directory) {
    home = Optional.of(directory.toString()).filter(path -> COMMENT.matcher(path).matches());
    if (works) {
      for (String other : tables()) {
        if (!other.equals(table) && homeOf(other).filter(Files::notExists).isPresent()) {
          Isolation.works(List.of(NFT, "delete", "table", "inet", other));
        }
      }
    }
  }

  private static List<String> tables() {
    return answer(List.of(NFT, "list", "tables"))
        .lines()
        .filter(line -> line.startsWith("table inet windlass_"))
        .map(line -> line.substring("table inet ".length()))
        .toList();
  }

  private static Optional<Path> homeOf(String table) {
    Matcher home = HOME.matcher(answer(List.of(NFT, "list", "table", "inet", table)));
    return home.find() ? Optional.of(Path.of(home.group(1))) : Optional.empty();
  }

  /**
   * Puts it in force, with all that was found so far.
   *
   * @param served where everybody is served; what is served on the loopback only, behind something
   *     else, is not among the openings
   */
  public synchronized void open(List<InetSocketAddress> served) throws IOException {
    List<InetSocketAddress> outward =
        served.stream().filter(a -> !a.getAddress().isLoopbackAddress()).toList();
    openings = new Openings(openings.nameservers(), outward, openings.reach());
    open = true;
    apply();
  }

  /**
   * Keeps a process in from before it starts.
   *
   * @param mark that names it
   * @throws IOException where that cannot be done; it must not be started then
   */
  public synchronized void confine(String mark, Confined process) throws IOException {
    Confined before = confined.put(mark, process);
    if (!process.equals(before)) {
      apply();
    }
  }

  /** One that a keeper before this one has started, to be kept in from {@link #open} on. */
  public synchronized void found(String mark, Confined process) {
    confined.put(mark, process);
  }

  /** Forgets a process that has ended. */
  public synchronized void release(String mark) {
    if (confined.remove(mark) != null) {
      try {
        apply();
      } catch (IOException e) {
        LOG.warn("A process that has ended is still in the firewall's table", e);
      }
    }
  }

  /** Puts it in force again where somebody has removed it, as a reload of the firewall does. */
  public synchronized void restore() throws IOException {
    if (works
        && open
        && !confined.isEmpty()
        && !Isolation.works(List.of(NFT, "list", "table", "inet", table))) {
      LOG.atWarn().addKeyValue("table", table).log("The firewall's table was gone; it is back");
      apply();
    }
  }

  /** Removes it where nobody is left whom it keeps in. */
  public synchronized void close() {
    if (works && confined.isEmpty()) {
      Isolation.works(List.of(NFT, "delete", "table", "inet", table));
    }
  }

  private void apply() throws IOException {
    if (works
        && open
        && !Isolation.works(
            List.of(NFT, "-f", "-"),
            rules(table, home, List.copyOf(confined.values()), openings))) {
      throw new IOException(
          "Tried to keep processes from this machine's services but nft refused; look at"
              + " `nft list ruleset`");
    }
  }

  /** All of the table, in nft's language; it takes the place of the one before at once. */
  static String rules(
      String table, Optional<String> home, List<Confined> confined, Openings openings) {
    StringBuilder text = new StringBuilder();
    text.append("table inet %s {}\ndelete table inet %s\n".formatted(table, table));
    if (confined.isEmpty()) {
      return text.toString();
    }
    List<String> rules = new ArrayList<>();
    rules.add("meta skuid != { " + users(confined, false) + " } accept");
    // Whatever address of this machine is called, the packet leaves by its loopback.
    rules.add("oifname != \"lo\" accept");
    // Only the first packet of a connection has SYN alone.
    rules.add("tcp flags & (syn | ack) != syn accept");
    openings.nameservers().forEach(a -> rules.add(to(new InetSocketAddress(a, DNS))));
    openings.served().forEach(a -> rules.add(to(a)));
    confined.stream()
        .filter(c -> c.port().isPresent())
        .map(c -> "meta skuid %d tcp dport %d accept".formatted(c.user(), c.port().get()))
        .distinct()
        .forEach(rules::add);
    String reaching = users(confined, true);
    if (!reaching.isEmpty()) {
      openings.reach().forEach(a -> rules.add("meta skuid { " + reaching + " } " + to(a)));
    }
    // At once: on an unreachable host a caller would wait and try again.
    rules.add("meta l4proto tcp reject with tcp reset");
    rules.add("reject with icmpx type admin-prohibited");
    text.append("table inet %s {\n".formatted(table));
    home.ifPresent(path -> text.append("  comment \"%s\"\n".formatted(path)));
    text.append("  chain output {\n");
    text.append("    type filter hook output priority filter; policy accept;\n");
    rules.forEach(r -> text.append("    ").append(r).append('\n'));
    return text.append("  }\n}\n").toString();
  }

  private static String users(List<Confined> confined, boolean reaching) {
    return confined.stream()
        .filter(c -> c.reaches() || !reaching)
        .map(Confined::user)
        .collect(Collectors.toCollection(TreeSet::new))
        .stream()
        .map(String::valueOf)
        .collect(Collectors.joining(", "));
  }

  private static String to(InetSocketAddress address) {
    InetAddress host = address.getAddress();
    String family = host instanceof Inet4Address ? "ip" : "ip6";
    String place = host.isAnyLocalAddress() ? "" : family + " daddr " + host.getHostAddress() + " ";
    return place + "meta l4proto { tcp, udp } th dport " + address.getPort() + " accept";
  }

  /** What a command says; nothing where it fails. */
  private static String answer(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      process.getOutputStream().close();
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }
}
