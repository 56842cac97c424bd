using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>
/// Settings of a broker, and those of them that can be set while it runs: switches, limits, quotas (docs/configuration.md). Thread-safe; a
/// call costs one round trip, a change besides it one sync. Of several partitions all are told; what they have differently is listed once for
/// each value. Needs the right to operate. Errors are those that <see cref="BrokerAdministration"/> tells of; also <c>RightMissing</c>,
/// <c>SettingUnknown</c>, <c>SettingInvalid</c>, <c>SettingNotLive</c>, <c>TooManySettings</c>: then nothing was changed.
/// </summary>
public sealed class SettingAdministration
{
    private readonly AdministrationCalls _calls;

    internal SettingAdministration(AdministrationCalls calls) => _calls = calls;

    /// <summary>What counts, and who says so.</summary>
    /// <param name="name">This one alone, with those that are set for single queues or users of it. Default: all.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async ValueTask<IReadOnlyList<SettingDetails>> ListAsync(SettingName? name = null, CancellationToken cancellation = default)
    {
        V1.AdministrationAnswer answer = await _calls.AskAsync(new() { ListSettings = new() { Name = name?.Text ?? "" } }, cancellation).ConfigureAwait(false);
        return [.. answer.Settings.Settings.Select(ToSetting)];
    }

    /// <summary>Sets a setting: it counts when this completes, for whatever comes then, and after restarts and changes of master too.</summary>
    /// <param name="name">Its key; for single queues or a user with <c>@</c> and what for: <c>publish@orders.*</c>.</param>
    /// <param name="value">Its value, at most 255 characters.</param>
    /// <param name="cancellation">Ends the wait, not the change.</param>
    public ValueTask SetAsync(SettingName name, string value, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        return ChangeAsync(new V1.SetSetting { Name = name.Text, Value = value }, cancellation);
    }

    /// <summary>Takes a live value away: what the broker was started with counts again. Nothing is done where there is none.</summary>
    public ValueTask UnsetAsync(SettingName name, CancellationToken cancellation = default) =>
        ChangeAsync(new V1.SetSetting { Name = name.Text }, cancellation);

    /// <summary>The newest changes, the newest first.</summary>
    /// <param name="name">Of this setting alone. Default: of all.</param>
    /// <param name="max">So many of each partition at most, 1 to 1,000, which are as many as are kept.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async ValueTask<IReadOnlyList<SettingChange>> HistoryAsync(SettingName? name = null, int max = 100, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, Limits.SettingChanges);
        V1.ListSettingChanges list = new() { Name = name?.Text ?? "", Max = (uint)max };
        V1.AdministrationAnswer answer = await _calls.AskAsync(new() { ListSettingChanges = list }, cancellation).ConfigureAwait(false);
        return [.. answer.SettingChanges.Changes.Select(ToChange).OrderByDescending(change => change.Time).ThenByDescending(change => change.Number)];
    }

    /// <summary>The same for whoever asks over HTTP.</summary>
    internal async ValueTask ChangeAsync(V1.SetSetting request, CancellationToken cancellation) =>
        await _calls.AskAsync(new() { SetSetting = request }, cancellation).ConfigureAwait(false);

    private static SettingDetails ToSetting(V1.Setting setting) => new()
    {
        Name = setting.Name,
        Value = setting.Value,
        Source = setting.Source,
        IsLive = setting.IsLive,
        StartValue = setting.StartValue,
        Changed = setting.Changed == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds((long)setting.Changed),
        By = setting.By,
    };

    private static SettingChange ToChange(V1.SettingChange change) => new()
    {
        Number = (long)change.Number,
        Time = DateTimeOffset.FromUnixTimeMilliseconds((long)change.Time),
        By = change.By,
        Name = change.Name,
        Before = change.HasBefore ? change.Before : null,
        After = change.HasAfter ? change.After : null,
    };
}
