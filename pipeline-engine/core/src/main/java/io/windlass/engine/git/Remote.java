package io.windlass.engine.git;

import io.windlass.engine.git.GitException.Fault;
import io.windlass.engine.source.Ref;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.eclipse.jgit.errors.NoRemoteRepositoryException;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.transport.FetchConnection;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.SshTransport;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.transport.sshd.SshdSessionFactory;

/**
 * The other side: opens transports with their credentials, and says what went wrong in words
 * without any.
 */
final class Remote implements AutoCloseable {
  static final List<RefSpec> EVERYTHING =
      List.of(new RefSpec("+refs/heads/*:refs/heads/*"), new RefSpec("+refs/tags/*:refs/tags/*"));

  /** How JGit and sshd say that a credential opened nothing. */
  private static final Pattern REFUSED =
      Pattern.compile(
          "(?i)not authorized|authenticat|CredentialsProvider|not permitted|cannot log in");

  private final Path sshHome;
  private final Map<Credentials.SshKey, SshdSessionFactory> sessions = new ConcurrentHashMap<>();

  Remote(Path sshHome) {
    this.sshHome = sshHome;
  }

  /** Branches and tags with what they name, and the default branch. */
  RemoteHeads heads(MirrorRepository local, CloneUrl url, Credentials credentials, Budget budget)
      throws GitException {
    return call(
        local,
        url,
        credentials,
        budget,
        "list the branches of",
        transport -> {
          Map<Ref, String> heads = new TreeMap<>((a, b) -> a.name().compareTo(b.name()));
          Optional<Ref> trunk = Optional.empty();
          try (FetchConnection connection = transport.openFetch(EVERYTHING, Constants.HEAD)) {
            for (org.eclipse.jgit.lib.Ref ref : connection.getRefs()) {
              ObjectId id = ref.getObjectId();
              if (ref.getName().equals(Constants.HEAD) && ref.isSymbolic()) {
                trunk = Ref.parse(ref.getTarget().getName()).filter(Ref::isBranch);
              } else if (id != null) {
                Ref.parse(ref.getName())
                    .filter(name -> name.isBranch() || name.isTag())
                    .ifPresent(name -> heads.put(name, id.name()));
              }
            }
          }
          return new RemoteHeads(heads, trunk);
        });
  }

  /** All branches and tags, as they are there; what is gone there goes here. */
  void fetchEverything(MirrorRepository local, CloneUrl url, Credentials credentials, Budget budget)
      throws GitException {
    call(
        local,
        url,
        credentials,
        budget,
        "fetch",
        transport -> {
          transport.setRemoveDeletedRefs(true);
          return transport.fetch(budget, EVERYTHING);
        });
  }

  /**
   * One object that no branch names any more, or none yet; false when the other side does not give
   * it.
   */
  boolean fetchExactly(
      MirrorRepository local,
      CloneUrl url,
      Credentials credentials,
      Budget budget,
      String sha,
      String pin)
      throws GitException {
    return call(
        local,
        url,
        credentials,
        budget,
        "fetch " + sha + " of",
        transport -> {
          try {
            transport.fetch(budget, List.of(new RefSpec(sha + ":" + pin)));
            return true;
          } catch (TransportException refused) {
            if (budget.reached().isEmpty() && doesNotHave(refused)) {
              return false;
            }
            throw refused;
          }
        });
  }

  @Override
  public void close() {
    sessions.values().forEach(SshdSessionFactory::close);
  }

  private interface Call<T> {
    T on(Transport transport) throws IOException;
  }

  private <T> T call(
      MirrorRepository local,
      CloneUrl url,
      Credentials credentials,
      Budget budget,
      String verb,
      Call<T> call)
      throws GitException {
    Reach.check(url);
    local.spend(budget);
    try (Transport transport = Transport.open(local, new URIish(url.toString()))) {
      transport.setTimeout(budget.patience());
      transport.setTagOpt(TagOpt.NO_TAGS);
      open(transport, url, credentials, budget);
      return call.on(transport);
    } catch (IOException | URISyntaxException | RuntimeException failed) {
      throw failure(verb, url, budget, failed);
    }
  }

  private void open(Transport transport, CloneUrl url, Credentials credentials, Budget budget)
      throws IOException, GitException {
    if (transport instanceof TransportHttp http) {
      http.setHttpConnectionFactory(new ConfinedHttp(url, budget));
    }
    switch (credentials) {
      case Credentials.Anonymous() -> {
        if (transport instanceof SshTransport) {
          throw mismatch(url, "ssh needs a key; configure one with the host's keys");
        }
      }
      case Credentials.Token(String user, Credentials.TokenSource source) -> {
        if (!(transport instanceof TransportHttp http)) {
          throw mismatch(
              url, "a token opens https addresses only; use the https address of the repository");
        }
        http.setPreemptiveBasicAuthentication(user, source.token());
      }
      case Credentials.SshKey key -> {
        if (!(transport instanceof SshTransport ssh)) {
          throw mismatch(
              url, "an ssh key opens ssh addresses only; use the ssh address of the repository");
        }
        ssh.setSshSessionFactory(session(key, url));
      }
    }
  }

  private SshdSessionFactory session(Credentials.SshKey key, CloneUrl url) throws GitException {
    SshdSessionFactory known = sessions.get(key);
    if (known != null) {
      return known;
    }
    try {
      SshdSessionFactory made = SshSessions.open(key, sshHome);
      SshdSessionFactory first = sessions.putIfAbsent(key, made);
      if (first == null) {
        return made;
      }
      made.close();
      return first;
    } catch (IOException unreadable) {
      throw new GitException(
          Fault.SETUP, "Tried to open " + url + " but " + unreadable.getMessage(), unreadable);
    }
  }

  private static GitException mismatch(CloneUrl url, String what) {
    return new GitException(
        Fault.SETUP, "Tried to open " + url + " but its credentials do not fit; " + what);
  }

  private static boolean doesNotHave(TransportException refused) {
    for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (message.contains("not our ref")
          || message.contains("not valid")
          || message.contains("does not have")) {
        return true;
      }
    }
    return false;
  }

  private static GitException failure(String verb, CloneUrl url, Budget budget, Exception failed) {
    String tried = "Tried to " + verb + " " + url + " but ";
    if (budget.reached().isPresent()) {
      Budget.Reached reached = budget.reached().get();
      return new GitException(reached.fault(), tried + reached.why(), failed);
    }
    String all = messages(failed);
    if (REFUSED.matcher(all).find()) {
      return new GitException(
          Fault.SETUP,
          tried + "the host refused the credentials; check the token or key and what it may read",
          failed);
    }
    if (all.contains("key did not validate") || all.contains("Server key")) {
      return new GitException(
          Fault.SETUP,
          tried
              + "the host showed a key that is not pinned; compare it with what its owner publishes, then configure it",
          failed);
    }
    if (failed instanceof NoRemoteRepositoryException || all.contains("not found")) {
      return new GitException(
          Fault.SETUP,
          tried
              + "there is no such repository, or the credentials may not see it; check the address and the token",
          failed);
    }
    String last =
        failed.getMessage() == null ? failed.getClass().getSimpleName() : failed.getMessage();
    return new GitException(
        Fault.WORLD, tried + "it failed: " + last + "; it is tried again", failed);
  }

  private static String messages(Throwable failed) {
    StringBuilder all = new StringBuilder();
    for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
      all.append(cause.getMessage()).append('\n');
    }
    return all.toString();
  }
}
