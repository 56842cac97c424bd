using System.Security.Cryptography;
using System.Text;
using Forewave.Protocol;
using Forewave.Protocol.Access;

namespace Forewave.Broker.Users;

/// <summary>
/// Passwords that were found right, so that who comes again, or with each request over HTTP, is not checked at the same cost: by an
/// HMAC under a key that lives in this process alone. Bounded; the oldest is forgotten first. Thread-safe; never throws.
/// </summary>
internal sealed class PasswordMemory
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, PasswordHash> _right = [];
    private readonly Queue<string> _oldest = [];

    /// <summary>What stands for a name and a secret here.</summary>
    public string MarkOf(string name, ReadOnlySpan<byte> secret)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        byte[] user = Encoding.UTF8.GetBytes(name);
        hmac.AppendData(BitConverter.GetBytes(user.Length));
        hmac.AppendData(user);
        hmac.AppendData(secret);
        return Convert.ToBase64String(hmac.GetHashAndReset());
    }

    /// <summary>Whether it was found right for a password that is still the user's.</summary>
    public bool Knows(string mark, PasswordHash hash)
    {
        lock (_lock)
            return _right.TryGetValue(mark, out var known) && ReferenceEquals(known, hash);
    }

    /// <summary>It was found right.</summary>
    public void Add(string mark, PasswordHash hash)
    {
        lock (_lock)
        {
            if (!_right.ContainsKey(mark))
                _oldest.Enqueue(mark);
            _right[mark] = hash;
            if (_oldest.Count > Limits.RememberedPasswords)
                _right.Remove(_oldest.Dequeue());
        }
    }
}
