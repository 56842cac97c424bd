using System.Buffers;
using System.Collections.Immutable;
using Forewave.Protocol;
using Forewave.Storage;
using Microsoft.Extensions.Logging;

namespace Forewave.Broker.Settings;

/// <summary>
/// The live settings. Looking is free of locks; changes are done one at a time. A change is in the log before it counts, and counts at
/// once then. Cancelling one that waits for room leaves everything as it was.
/// </summary>
internal sealed class SettingDirectory : IDisposable
{
    private const byte Version = 1;
    private readonly SemaphoreSlim _changes = new(1, 1);
    private readonly IStore _store;
    private readonly BrokerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _place = new();
    private volatile LiveTerms _terms;
    // While a change goes into the log: where the log ended before it. Guarded by _place, with _terms' changes.
    private LogPosition? _changingFrom;
    private long _changed;

    public SettingDirectory(IStore store, BrokerOptions options, TimeProvider time, ILogger logger)
    {
        (_store, _options, _time, _logger) = (store, options, time, logger);
        _terms = LiveTerms.Of(options, SettingTable.Empty, time);
    }

    /// <summary>What counts at this moment.</summary>
    public LiveTerms Terms => _terms;

    /// <summary>Changes since the start.</summary>
    public long Changed => Volatile.Read(ref _changed);

    /// <summary>Told of what counts, at the start and after each change, in turn. Never throws. Set before the start.</summary>
    public Action<LiveTerms> Counts { get; set; } = static _ => { };

    /// <summary>Recovery is over: what it brought counts.</summary>
    public void Begin()
    {
        foreach (var entry in _terms.Table.Entries.Values.Where(entry => !_terms.IsCounting(entry.Name)))
            SettingLog.NotCounting(_logger, new SettingText(entry.Name), _options.LiveSettings ? "this version does not know it, or cannot read it" : "liveSettings is off");
        Counts(_terms);
    }

    /// <summary>Sets a setting, or takes its live value away. Not durable before the store is committed up to its tail.</summary>
    /// <exception cref="RefusedException">SettingUnknown, SettingNotLive, SettingInvalid, TooManySettings, and what the store refuses.</exception>
    public async ValueTask ChangeAsync(SettingWish wish, CancellationToken cancellation)
    {
        // What this version does not know may have been set by another one: it can be unset all the same.
        if (wish.Value is not null || _terms.Table.ValueOf(wish.Name) is null)
            wish = LiveSettings.Check(wish, _options);
        await _changes.WaitAsync(cancellation);
        try
        {
            var table = _terms.Table;
            string? before = table.ValueOf(wish.Name);
            if (before == wish.Value)
                return;
            if (before is null && table.Entries.Count >= Limits.Settings)
                throw new RefusedException(ErrorCode.TooManySettings);
            SettingChange change = new()
            {
                Number = table.LastNumber + 1, Time = _time.GetUtcNow().ToUnixTimeMilliseconds(), By = wish.By, Name = wish.Name, Before = before, After = wish.Value,
            };
            await AppendAsync(change, cancellation);
            Interlocked.Increment(ref _changed);
            SettingLog.Changed(_logger, wish.By, new SettingText(wish.Name), before ?? "nothing live", new SettingText(wish.Value ?? "nothing live"));
            Counts(_terms);
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Folds a SettingChanged record. Idempotent, by its number.</summary>
    public void Apply(ReadOnlySpan<byte> payload) => _terms = LiveTerms.Of(_options, _terms.Table.With(SettingChange.Decode(payload)), _time);

    /// <summary>
    /// Writes all of it, where anything was ever set or is being: version u8 = 1, number of the newest change u64, settings u32, each name,
    /// value, who (length u8 and bytes), time u64; changes u32, each payload length u32 and payload.
    /// </summary>
    public void Write(IStateWriter writer)
    {
        var (table, through, isChanging) = Now();
        if (table.LastNumber == 0 && !isChanging)
            return;
        ArrayBufferWriter<byte> buffer = new(4 * 1024);
        StateWriter state = new(buffer);
        state.Byte(Version);
        state.UInt64(table.LastNumber);
        state.UInt32((uint)table.Entries.Count);
        foreach (var entry in table.Entries.Values)
        {
            SettingChange.WriteText(state, entry.Name);
            SettingChange.WriteText(state, entry.Value);
            SettingChange.WriteText(state, entry.By);
            state.UInt64((ulong)entry.Changed);
        }
        state.UInt32((uint)table.Changes.Count);
        foreach (var change in table.Changes)
        {
            byte[] payload = change.Encode();
            state.UInt32((uint)payload.Length);
            payload.CopyTo(state.Take(payload.Length));
        }
        writer.Write(new StatePart(StateKind.Settings, 0, through, _store.Tail), buffer.WrittenSpan);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public void Load(ReadOnlySpan<byte> bytes)
    {
        StateReader state = new(bytes);
        state.ExpectVersion(Version, nameof(StateKind.Settings));
        ulong last = state.UInt64();
        var entries = SettingTable.Empty.Entries.ToBuilder();
        for (uint left = state.UInt32(); left > 0; left--)
        {
            SettingEntry entry = new()
            {
                Name = SettingChange.ReadText(ref state), Value = SettingChange.ReadText(ref state), By = SettingChange.ReadText(ref state), Changed = (long)state.UInt64(),
            };
            entries[entry.Name] = entry;
        }
        var changes = ImmutableList.CreateBuilder<SettingChange>();
        for (uint left = state.UInt32(); left > 0; left--)
            changes.Add(SettingChange.Decode(state.Bytes((int)state.UInt32())));
        _terms = LiveTerms.Of(_options, new SettingTable { Entries = entries.ToImmutable(), Changes = changes.ToImmutable(), LastNumber = last }, _time);
    }

    /// <inheritdoc/>
    public void Dispose() => _changes.Dispose();

    private async ValueTask AppendAsync(SettingChange change, CancellationToken cancellation)
    {
        var next = LiveTerms.Of(_options, _terms.Table.With(change), _time);
        lock (_place)
            _changingFrom = _store.Tail;
        bool isAppended = false;
        try
        {
            await _store.AppendAsync(change.Draft(), cancellation);
            isAppended = true;
        }
        finally
        {
            lock (_place)
            {
                if (isAppended)
                    _terms = next;
                _changingFrom = null;
            }
        }
    }

    // The settings, and the position up to which every change is in them: a checkpoint between a change's record and the change itself says
    // the place before, and the record is folded once more.
    private (SettingTable Table, LogPosition Through, bool IsChanging) Now()
    {
        lock (_place)
            return (_terms.Table, _changingFrom ?? _store.Tail, _changingFrom is not null);
    }
}
