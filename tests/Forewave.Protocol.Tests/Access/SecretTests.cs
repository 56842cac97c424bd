using System.Security.Cryptography;
using System.Text;
using Forewave.Protocol.Access;

namespace Forewave.Protocol.Tests.Access;

public sealed class SecretTests
{
    [Fact]
    public void Password_is_its_own_and_no_other()
    {
        var hash = PasswordHash.Of("correct horse", Limits.MinPasswordIterations);

        Assert.True(hash.IsOf("correct horse"u8));
        Assert.False(hash.IsOf("correct horsf"u8));
        Assert.False(hash.IsOf(""u8));
        Assert.False(PasswordHash.OfNobody(Limits.MinPasswordIterations).IsOf("correct horse"u8));
    }

    [Fact]
    public void Password_hash_is_PBKDF2_with_HMAC_SHA_256()
    {
        // RFC 7914, section 11, has this for one and for 80,000 rounds; the broker takes none below 100,000.
        byte[] salt = Encoding.ASCII.GetBytes("NaClNaClNaClNaCl");
        byte[] expected = Rfc2898DeriveBytes.Pbkdf2("Password"u8, salt, Limits.MinPasswordIterations, HashAlgorithmName.SHA256, PasswordHash.HashBytes);

        Assert.True(new PasswordHash(salt, Limits.MinPasswordIterations, expected).IsOf("Password"u8));
    }

    [Fact]
    public void Same_password_has_another_hash_each_time() =>
        Assert.False(PasswordHash.Of("correct horse", Limits.MinPasswordIterations).Hash.SequenceEqual(PasswordHash.Of("correct horse", Limits.MinPasswordIterations).Hash));

    [Theory]
    [InlineData("too short")]
    [InlineData("fwt_this looks like a token")]
    public void Password_that_is_none_is_refused_without_being_repeated(string password)
    {
        var refused = Assert.Throws<ForewaveException>(() => PasswordHash.Of(password));

        Assert.Equal(ErrorCode.UserInvalid, refused.Code);
        Assert.DoesNotContain(password, refused.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(15, 100_000, 32)]
    [InlineData(65, 100_000, 32)]
    [InlineData(16, 99_999, 32)]
    [InlineData(16, 10_000_001, 32)]
    [InlineData(16, 100_000, 31)]
    public void Password_hash_out_of_its_ranges_is_refused(int saltBytes, int iterations, int hashBytes) =>
        Assert.Equal(ErrorCode.UserInvalid, Assert.Throws<ForewaveException>(() => new PasswordHash(new byte[saltBytes], iterations, new byte[hashBytes])).Code);

    [Fact]
    public void Token_tells_its_id_and_nothing_cut_does()
    {
        byte[] token = Encoding.ASCII.GetBytes(AccessToken.Create());

        Assert.Matches("^fwt_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$", Encoding.ASCII.GetString(token));
        Assert.Equal(Encoding.ASCII.GetString(token, 4, 16), AccessToken.IdOf(token));
        for (int cut = 0; cut < token.Length; cut++)
            Assert.Null(AccessToken.IdOf(token.AsSpan(0, cut)));
        Assert.NotEqual(AccessToken.Create(), AccessToken.Create());
    }
}
