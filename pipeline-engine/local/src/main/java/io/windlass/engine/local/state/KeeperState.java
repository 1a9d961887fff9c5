package io.windlass.engine.local.state;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * All that the keeper must not forget, but for the releases, which never change and have files of
 * their own.
 *
 * @param version of this form
 * @param bootId of the machine when it was written: after another boot no process of it lives
 * @param sizes by fleet
 * @param divisions by environment
 * @param members by id, in the order of their birth
 */
public record KeeperState(
    int version,
    String bootId,
    Map<String, Size> sizes,
    Map<String, Divided> divisions,
    Map<String, Member> members) {
  public static final int VERSION = 1;

  public KeeperState {
    sizes = Map.copyOf(sizes);
    divisions = Map.copyOf(divisions);
    members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
  }

  public static KeeperState empty(String bootId) {
    return new KeeperState(VERSION, bootId, Map.of(), Map.of(), Map.of());
  }

  public KeeperState withSize(String fleet, Size size) {
    return new KeeperState(version, bootId, with(sizes, fleet, size), divisions, members);
  }

  public KeeperState withDivision(String environment, Divided division) {
    return new KeeperState(version, bootId, sizes, with(divisions, environment, division), members);
  }

  public KeeperState withoutSize(String fleet) {
    Map<String, Size> left = new LinkedHashMap<>(sizes);
    left.remove(fleet);
    return new KeeperState(version, bootId, left, divisions, members);
  }

  /** Nothing of this environment is wanted any more. */
  public KeeperState withoutEnvironment(String environment) {
    Map<String, Size> leftSizes = new LinkedHashMap<>(sizes);
    leftSizes.keySet().removeIf(fleet -> fleet.startsWith(environment + "/"));
    Map<String, Divided> leftDivisions = new LinkedHashMap<>(divisions);
    leftDivisions.remove(environment);
    return new KeeperState(version, bootId, leftSizes, leftDivisions, members);
  }

  /** Nothing is wanted any more. */
  public KeeperState unwanted() {
    return new KeeperState(version, bootId, Map.of(), Map.of(), members);
  }

  public KeeperState withMember(Member member) {
    return new KeeperState(version, bootId, sizes, divisions, with(members, member.id(), member));
  }

  public KeeperState withoutMember(String id) {
    Map<String, Member> left = new LinkedHashMap<>(members);
    left.remove(id);
    return new KeeperState(version, bootId, sizes, divisions, left);
  }

  /** Changes a member where it is still there. */
  public KeeperState change(String id, UnaryOperator<Member> change) {
    Member member = members.get(id);
    return member == null ? this : withMember(change.apply(member));
  }

  public KeeperState booted(String boot) {
    return new KeeperState(version, boot, sizes, divisions, members);
  }

  public List<Member> fleet(String fleet) {
    return members.values().stream().filter(m -> m.fleet().equals(fleet)).toList();
  }

  public Optional<Divided> division(String environment) {
    return Optional.ofNullable(divisions.get(environment));
  }

  public Optional<Size> size(String fleet) {
    return Optional.ofNullable(sizes.get(fleet));
  }

  private static <T> Map<String, T> with(Map<String, T> map, String key, T value) {
    Map<String, T> changed = new LinkedHashMap<>(map);
    changed.put(key, value);
    return changed;
  }
}
