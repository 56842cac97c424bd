using System.Security.Cryptography;
using System.Text;

namespace Forewave.Protocol.Access;

/// <summary>What a password is checked by: PBKDF2 with HMAC-SHA-256 of its UTF-8. Immutable; compared by identity.</summary>
internal sealed class PasswordHash
{
    public const int HashBytes = 32;
    public const int MinSaltBytes = 16;
    public const int MaxSaltBytes = 64;
    private readonly byte[] _salt;
    private readonly byte[] _hash;

    /// <exception cref="ForewaveException"><see cref="ErrorCode.UserInvalid"/>: a length or count is out of its range.</exception>
    public PasswordHash(ReadOnlySpan<byte> salt, int iterations, ReadOnlySpan<byte> hash)
    {
        if (salt.Length is < MinSaltBytes or > MaxSaltBytes || hash.Length != HashBytes)
            throw new ForewaveException(ErrorCode.UserInvalid, "a password's hash has a salt of 16 to 64 bytes and 32 bytes of PBKDF2");
        if (iterations is < Limits.MinPasswordIterations or > Limits.MaxPasswordIterations)
            throw new ForewaveException(ErrorCode.UserInvalid, $"a password's hash has {Limits.MinPasswordIterations:N0} to {Limits.MaxPasswordIterations:N0} iterations");
        (_salt, Iterations, _hash) = (salt.ToArray(), iterations, hash.ToArray());
    }

    /// <summary>Rounds of PBKDF2.</summary>
    public int Iterations { get; }

    /// <summary>The salt.</summary>
    public ReadOnlySpan<byte> Salt => _salt;

    /// <summary>The hash.</summary>
    public ReadOnlySpan<byte> Hash => _hash;

    /// <summary>The hash of a password that is to be set, under a new salt. Costs a fraction of a second of processor.</summary>
    /// <exception cref="ForewaveException"><see cref="ErrorCode.UserInvalid"/>: the password is too short, too long, or looks like a token.</exception>
    public static PasswordHash Of(string password, int iterations = Limits.PasswordIterations)
    {
        byte[] secret = Encoding.UTF8.GetBytes(password);
        if (password.Length < Limits.MinPasswordLength || secret.Length > Limits.SecretBytes || AccessToken.IsToken(secret))
            throw new ForewaveException(ErrorCode.UserInvalid, $"a password has {Limits.MinPasswordLength} characters to {Limits.SecretBytes} bytes, and does not begin as tokens do");
        byte[] salt = RandomNumberGenerator.GetBytes(MinSaltBytes);
        return new PasswordHash(salt, iterations, Rfc2898DeriveBytes.Pbkdf2(secret, salt, iterations, HashAlgorithmName.SHA256, HashBytes));
    }

    /// <summary>A hash that no password has, as dear to check as others: for users that there are not.</summary>
    public static PasswordHash OfNobody(int iterations) =>
        new(RandomNumberGenerator.GetBytes(MinSaltBytes), iterations, RandomNumberGenerator.GetBytes(HashBytes));

    /// <summary>Whether a secret is the password. Costs as much as <see cref="Of"/>, whatever the secret.</summary>
    public bool IsOf(ReadOnlySpan<byte> secret)
    {
        Span<byte> hash = stackalloc byte[HashBytes];
        Rfc2898DeriveBytes.Pbkdf2(secret, _salt, hash, Iterations, HashAlgorithmName.SHA256);
        return CryptographicOperations.FixedTimeEquals(hash, _hash);
    }
}
