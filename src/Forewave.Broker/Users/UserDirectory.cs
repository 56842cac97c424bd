using System.Buffers;
using Forewave.Protocol;
using Forewave.Storage;
using Microsoft.Extensions.Logging;

namespace Forewave.Broker.Users;

/// <summary>
/// Who there is. Looking is free of locks; changes are done one at a time. A change is in the log before anybody sees it, and holds from
/// then on: sessions look again within a second. Cancelling one that waits for room leaves everything as it was.
/// </summary>
internal sealed class UserDirectory : IDisposable
{
    private const byte Version = 1;
    private readonly SemaphoreSlim _changes = new(1, 1);
    private readonly IStore _store;
    private readonly BrokerOptions _options;
    private readonly ILogger _logger;
    private readonly Lock _place = new();
    private volatile UserTable _table = UserTable.Empty;
    // While a change goes into the log: where the log ended before it. Guarded by _place, with _table's changes.
    private LogPosition? _changingFrom;

    public UserDirectory(IStore store, BrokerOptions options, ILogger logger) => (_store, _options, _logger) = (store, options, logger);

    /// <summary>All users at this moment.</summary>
    public UserTable Table => _table;

    /// <summary>Everybody from outside is asked who it is.</summary>
    public bool IsOn => _options.Users && _table.Count > 0;

    /// <summary>Makes, changes or removes a user. Not durable before the store is committed up to its tail.</summary>
    /// <param name="name">Which.</param>
    /// <param name="change">Gets the user as it is, null where there is none; gives it as it shall be, null for none. May refuse.</param>
    /// <param name="cancellation">Ends the wait for others' changes.</param>
    /// <returns>The user as it is now; as it was, when it was removed.</returns>
    /// <exception cref="RefusedException">OperatorNeeded, TooManyUsers, what the change refuses, and what the store refuses.</exception>
    public async ValueTask<UserEntry> ChangeAsync(UserName name, Func<UserEntry?, UserEntry?> change, CancellationToken cancellation)
    {
        await _changes.WaitAsync(cancellation);
        try
        {
            var before = _table.Find(name);
            var after = change(before);
            if (ReferenceEquals(before, after) && after is not null)
                return after;
            var table = after is null ? _table.Without(name) : _table.With(after);
            Check(table);
            var user = after ?? before ?? throw new RefusedException(ErrorCode.UserNotFound);
            await AppendAsync(new UserRecord(user, IsRemoved: after is null), table, cancellation);
            UserLog.Changed(_logger, name.Value, table.Count);
            return user;
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Folds a UserChanged record. Idempotent: it says all of the user.</summary>
    public void Apply(ReadOnlySpan<byte> payload)
    {
        var record = UserRecord.Decode(payload);
        _table = record.IsRemoved ? _table.Without(record.User.Name) : _table.With(record.User);
    }

    /// <summary>Writes all users, where there are any or the first one is being made: version u8 = 1, users u32, then each payload length u32 and payload.</summary>
    public void Write(IStateWriter writer)
    {
        var (table, through, isChanging) = Now();
        if (table.Count == 0 && !isChanging)
            return;
        ArrayBufferWriter<byte> buffer = new(4 * 1024);
        StateWriter state = new(buffer);
        state.Byte(Version);
        state.UInt32((uint)table.Count);
        foreach (var user in table.All)
        {
            byte[] payload = new UserRecord(user, IsRemoved: false).Encode();
            state.UInt32((uint)payload.Length);
            payload.CopyTo(state.Take(payload.Length));
        }
        writer.Write(new StatePart(StateKind.Users, 0, through, _store.Tail), buffer.WrittenSpan);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public void Load(ReadOnlySpan<byte> bytes)
    {
        StateReader state = new(bytes);
        state.ExpectVersion(Version, nameof(StateKind.Users));
        var users = new UserEntry[state.UInt32()];
        for (int i = 0; i < users.Length; i++)
            users[i] = UserRecord.Decode(state.Bytes((int)state.UInt32())).User;
        _table = _table.With(users);
    }

    /// <inheritdoc/>
    public void Dispose() => _changes.Dispose();

    private async ValueTask AppendAsync(UserRecord record, UserTable table, CancellationToken cancellation)
    {
        lock (_place)
            _changingFrom = _store.Tail;
        bool isAppended = false;
        try
        {
            await _store.AppendAsync(record.Draft(), cancellation);
            isAppended = true;
        }
        finally
        {
            lock (_place)
            {
                if (isAppended)
                    _table = table;
                _changingFrom = null;
            }
        }
    }

    // All users, and the position up to which every change is in them. A checkpoint between a change's record and the change itself would
    // else say that it has what it lacks; so it says the place before, and the record is folded once more.
    private (UserTable Table, LogPosition Through, bool IsChanging) Now()
    {
        lock (_place)
            return (_table, _changingFrom ?? _store.Tail, _changingFrom is not null);
    }

    private static void Check(UserTable table)
    {
        if (table.Count > Limits.Users)
            throw new RefusedException(ErrorCode.TooManyUsers, $"a broker has {Limits.Users} users at most.");
        if (table.Count > 0 && !table.HasOperator)
            throw new RefusedException(ErrorCode.OperatorNeeded, "nobody would be left who may make users and has a password, or a token that does not expire.");
    }
}
