namespace Forewave.Client.Administration;

/// <summary>When a recurring message comes.</summary>
/// <param name="Cron">
/// Five fields: minute, hour, day of the month, month, day of the week; or six, with the second before them. At most 255 bytes.
/// </param>
/// <param name="TimeZone">An IANA name, for example <c>Europe/Berlin</c>. Null: UTC.</param>
public readonly record struct RecurringTimes(string Cron, TimeZoneName? TimeZone = null);
