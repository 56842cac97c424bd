using System.Collections.Immutable;
using Forewave.Protocol;

namespace Forewave.Broker.Settings;

/// <summary>All live settings at a moment, and how they came to be so. Immutable.</summary>
internal sealed record SettingTable
{
    /// <summary>Nothing is set.</summary>
    public static SettingTable Empty { get; } = new();

    /// <summary>What is set, by name.</summary>
    public ImmutableSortedDictionary<string, SettingEntry> Entries { get; init; } = ImmutableSortedDictionary.Create<string, SettingEntry>(StringComparer.Ordinal);

    /// <summary>The newest changes, oldest first.</summary>
    public ImmutableList<SettingChange> Changes { get; init; } = [];

    /// <summary>The number of the newest change; 0: there was none.</summary>
    public ulong LastNumber { get; init; }

    /// <summary>The live value of a setting; null: there is none.</summary>
    public string? ValueOf(string name) => Entries.GetValueOrDefault(name)?.Value;

    /// <summary>What is set for queues, or users, of a key: behind the <c>@</c>, and the value.</summary>
    public IEnumerable<(string Scope, string Value)> ScopesOf(string key) => Entries.Values
        .Where(entry => entry.Name.Length > key.Length && entry.Name[key.Length] == '@' && entry.Name.StartsWith(key, StringComparison.Ordinal))
        .Select(entry => (entry.Name[(key.Length + 1)..], entry.Value));

    /// <summary>After a change; itself where it has that already.</summary>
    public SettingTable With(SettingChange change)
    {
        if (change.Number <= LastNumber)
            return this;
        var entries = change.After is { } value
            ? Entries.SetItem(change.Name, new SettingEntry { Name = change.Name, Value = value, Changed = change.Time, By = change.By })
            : Entries.Remove(change.Name);
        var changes = Changes.Add(change);
        return new SettingTable
        {
            Entries = entries, Changes = changes.Count > Limits.SettingChanges ? changes.RemoveRange(0, changes.Count - Limits.SettingChanges) : changes, LastNumber = change.Number,
        };
    }
}
