using Forewave.Broker.Sessions;
using Forewave.Broker.Settings;
using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;
using Verb = Forewave.Protocol.V1.AdministrationRequest.VerbOneofCase;

namespace Forewave.Broker.Commands;

/// <summary>Verbs about settings. Changes are answered when they are committed.</summary>
internal static class SettingVerbs
{
    private const uint ChangesUnlessTold = 100;
    private const string Live = "live";

    /// <summary>The answer, or null where the verb is none about settings.</summary>
    public static async ValueTask<V1.AdministrationAnswer?> RunAsync(
        Session session, V1.AdministrationRequest request, CancellationToken cancellation) => request.VerbCase switch
        {
            Verb.ListSettings => List(session.Parts, request.ListSettings.Name),
            Verb.SetSetting => await SetAsync(session, request.SetSetting, cancellation),
            Verb.ListSettingChanges => ListChanges(session.Parts, request.ListSettingChanges),
            _ => null,
        };

    private static V1.AdministrationAnswer List(SessionParts parts, string name)
    {
        V1.SettingList list = new();
        list.Settings.AddRange(All(parts).Where(setting => name.Length == 0 || setting.Name == name || LiveSettings.KeyOf(setting.Name) == name));
        return list.Settings.Count > 0 || IsKnown(name) ? new V1.AdministrationAnswer { Settings = list } : throw new RefusedException(ErrorCode.SettingUnknown);
    }

    private static async ValueTask<V1.AdministrationAnswer> SetAsync(Session session, V1.SetSetting request, CancellationToken cancellation)
    {
        var parts = session.Parts;
        string by = session.Origin.IsOfHost && NameRules.IsText(request.By, Limits.NameBytes) ? request.By : session.Actor;
        SettingWish wish = new() { Name = request.Name, Value = request.HasValue ? request.Value : null, By = by.Length > 0 ? Printable(by) : "nobody" };
        await parts.Settings.ChangeAsync(wish, cancellation);
        await parts.Store.CommittedAsync();
        V1.SettingList list = new();
        list.Settings.AddRange(All(parts).Where(setting => setting.Name == request.Name));
        return new V1.AdministrationAnswer { Settings = list };
    }

    private static V1.AdministrationAnswer ListChanges(SessionParts parts, V1.ListSettingChanges request)
    {
        if (request.Max > Limits.SettingChanges)
            throw new RefusedException(ErrorCode.FieldInvalid, $"max is {Limits.SettingChanges} at most.");
        if (request.Name.Length > 0 && !IsKnown(request.Name))
            throw new RefusedException(ErrorCode.SettingUnknown);
        var newest = parts.Settings.Terms.Table.Changes.Reverse()
            .Where(change => request.Name.Length == 0 || change.Name == request.Name || LiveSettings.KeyOf(change.Name) == request.Name);
        V1.SettingChangeList list = new();
        list.Changes.AddRange(newest.Take((int)(request.Max == 0 ? ChangesUnlessTold : request.Max)).Select(ToWire));
        return new V1.AdministrationAnswer { SettingChanges = list };
    }

    // A client calls itself what it likes, and that is kept and shown, in lines and tables.
    private static string Printable(string by) => string.Concat(by.Select(static letter => char.IsControl(letter) ? '?' : letter));

    private static bool IsKnown(string name) => LiveSettings.Find(LiveSettings.KeyOf(name)) is not null;

    // Those of the start in their order, then those that there are live alone, then those of single queues and users.
    private static IEnumerable<V1.Setting> All(SessionParts parts)
    {
        var atStart = parts.Options;
        var terms = parts.Settings.Terms;
        var table = terms.Table;
        var shown = atStart.StartSettings
            .Concat(LiveSettings.All.Where(setting => setting.Scopes.HasFlag(SettingScope.Broker) && atStart.StartSettings.All(one => one.Key != setting.Key))
                .Select(setting => new StartSetting { Key = setting.Key, Value = setting.AtStart(atStart), Source = "default" }));
        foreach (var setting in shown)
            yield return ToWire(terms, setting, table.Entries.GetValueOrDefault(setting.Key));
        // Of queues and users, and what another version set that this one does not know.
        foreach (var entry in table.Entries.Values.Where(entry => entry.Name.Contains('@', StringComparison.Ordinal) || LiveSettings.Find(entry.Name) is null))
            yield return ToWire(terms, new StartSetting { Key = entry.Name, Value = "", Source = "" }, entry);
    }

    private static V1.Setting ToWire(LiveTerms terms, StartSetting start, SettingEntry? entry)
    {
        var setting = LiveSettings.Find(LiveSettings.KeyOf(start.Key));
        // One that was set on live, and was left out at a later start, is off.
        bool counts = entry is not null && terms.IsCounting(entry.Name) && !(setting is { NeedsStart: true } && start.Value == LiveSetting.Off);
        return new V1.Setting
        {
            Name = start.Key,
            Value = counts ? entry!.Value : start.Value,
            Source = counts ? Live : start.Source,
            IsLive = setting is not null,
            StartValue = start.Value,
            Changed = (ulong)(entry?.Changed ?? 0),
            By = entry?.By ?? "",
        };
    }

    private static V1.SettingChange ToWire(SettingChange change)
    {
        V1.SettingChange wire = new() { Number = change.Number, Time = (ulong)change.Time, By = change.By, Name = change.Name };
        if (change.Before is { } before)
            wire.Before = before;
        if (change.After is { } after)
            wire.After = after;
        return wire;
    }
}
