using System.Buffers;
using System.Text;
using Forewave.Protocol;
using Forewave.Protocol.Access;
using Forewave.Storage;

namespace Forewave.Broker.Users;

/// <summary>
/// The payload of a UserChanged record, little-endian: version u8 = 1, state u8 (1 active, 2 removed), name (u8 and bytes). Of an active
/// one: iterations u32 (0: no password, and neither salt nor hash), salt (u8 and bytes), hash (u8 and bytes); grants u8, each pattern (u8 and
/// bytes) and rights u8; tokens u8, each id, hash and note (u8 and bytes each), created u64, expires u64. docs/state-format.md.
/// </summary>
internal readonly record struct UserRecord(UserEntry User, bool IsRemoved)
{
    private const byte Version = 1;
    private const byte Active = 1;
    private const byte Removed = 2;

    /// <summary>The record to be appended.</summary>
    public RecordDraft Draft()
    {
        byte[] payload = Encode();
        return new RecordDraft { Type = RecordType.UserChanged, Count = 1, Payload = payload, PayloadCrc = Checksum.Of(payload) };
    }

    public byte[] Encode()
    {
        ArrayBufferWriter<byte> buffer = new(256);
        StateWriter writer = new(buffer);
        writer.Byte(Version);
        writer.Byte(IsRemoved ? Removed : Active);
        writer.ShortBytes(Encoding.UTF8.GetBytes(User.Name.Value));
        if (!IsRemoved)
            Write(writer, User);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a payload that the log or a checkpoint holds.</summary>
    public static UserRecord Decode(ReadOnlySpan<byte> payload)
    {
        StateReader reader = new(payload);
        reader.ExpectVersion(Version, "a UserChanged record");
        bool isRemoved = reader.Byte() == Removed;
        UserEntry user = new() { Name = new UserName(Encoding.UTF8.GetString(reader.ShortBytes())) };
        return new UserRecord(isRemoved ? user : Read(ref reader, user), isRemoved);
    }

    private static void Write(in StateWriter writer, UserEntry user)
    {
        writer.UInt32((uint)(user.Password?.Iterations ?? 0));
        if (user.Password is { } password)
        {
            writer.ShortBytes(password.Salt);
            writer.ShortBytes(password.Hash);
        }
        writer.Byte((byte)user.Grants.Count);
        foreach (var grant in user.Grants)
        {
            writer.ShortBytes(Encoding.UTF8.GetBytes(grant.Queues.Text));
            writer.Byte((byte)grant.Rights);
        }
        writer.Byte((byte)user.Tokens.Count);
        foreach (var token in user.Tokens)
        {
            writer.ShortBytes(Encoding.UTF8.GetBytes(token.Id));
            writer.ShortBytes(token.Hash);
            writer.ShortBytes(Encoding.UTF8.GetBytes(token.Note));
            writer.UInt64((ulong)token.Created);
            writer.UInt64((ulong)token.Expires);
        }
    }

    private static UserEntry Read(ref StateReader reader, UserEntry user)
    {
        int iterations = (int)reader.UInt32();
        var password = iterations == 0 ? null : ReadPassword(ref reader, iterations);
        var grants = new AccessGrant[reader.Byte()];
        for (int i = 0; i < grants.Length; i++)
            grants[i] = new AccessGrant(new QueuePattern(Encoding.UTF8.GetString(reader.ShortBytes())), (AccessRights)reader.Byte());
        var tokens = new UserToken[reader.Byte()];
        for (int i = 0; i < tokens.Length; i++)
            tokens[i] = ReadToken(ref reader);
        return user with { Password = password, Grants = grants, Tokens = tokens };
    }

    private static PasswordHash ReadPassword(ref StateReader reader, int iterations)
    {
        var salt = reader.ShortBytes();
        return new PasswordHash(salt, iterations, reader.ShortBytes());
    }

    private static UserToken ReadToken(ref StateReader reader) => new()
    {
        Id = Encoding.UTF8.GetString(reader.ShortBytes()),
        Hash = reader.ShortBytes().ToArray(),
        Note = Encoding.UTF8.GetString(reader.ShortBytes()),
        Created = (long)reader.UInt64(),
        Expires = (long)reader.UInt64(),
    };
}
