using System.Diagnostics.Metrics;
using System.Text;
using Forewave.Broker.Tests.Fakes;
using Forewave.Broker.Users;
using Forewave.Protocol;
using Forewave.Protocol.Access;
using Microsoft.Extensions.Logging.Abstractions;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Users;

/// <summary>Checking passwords is dear by design: who asks for it gets a bounded part of the broker.</summary>
public sealed class PasswordCostTests
{
    [Fact]
    public async Task Checks_are_bounded_and_the_same_secret_is_checked_once()
    {
        using PasswordChecks checks = new(static _ => { });
        var hash = PasswordHash.Of(KnownUsers.Password, Limits.MinPasswordIterations);
        // They keep all turns while the others come.
        int turns = Math.Max(1, Environment.ProcessorCount / 2);
        var dear = PasswordHash.OfNobody(20 * Limits.MinPasswordIterations);
        List<Task<bool>?> first = [.. Enumerable.Range(0, turns).Select(i => Begin(checks, $"first {i}", Place(1_000 + i), dear, "wrong"u8))];
        List<Task<bool>?> same = [.. Enumerable.Range(0, 10).Select(_ => Begin(checks, "same", Place(0), hash, "correct horse"u8))];
        List<Task<bool>?> others = [.. Enumerable.Range(1, 2 * Limits.WaitingLogIns).Select(i => Begin(checks, $"other {i}", Place(i), hash, "wrong"u8))];

        Assert.All(same, check => Assert.Same(same[0], check));
        Assert.All(first, Assert.NotNull);
        Assert.Equal(Limits.WaitingLogIns - turns - 1, others.Count(check => check is not null));
        Assert.True(await same[0]!);
        Assert.All(await Task.WhenAll(others.OfType<Task<bool>>()), Assert.False);
        Assert.True(await Begin(checks, "again", Place(0), hash, "correct horse"u8)!);
    }

    [Fact]
    public async Task Guesses_for_one_user_at_one_host_are_not_checked_at_once_beyond_the_free_ones()
    {
        using PasswordChecks checks = new(static _ => { });
        var hash = PasswordHash.OfNobody(20 * Limits.MinPasswordIterations);

        List<Task<bool>?> guesses = [.. Enumerable.Range(0, 20).Select(i => Begin(checks, $"guess {i}", Place(0), hash, "wrong"u8))];

        Assert.Equal(Limits.FreeLogInFailures, guesses.Count(check => check is not null));
        await Task.WhenAll(guesses.OfType<Task<bool>>());
    }

    [Fact]
    public async Task Guesses_from_one_host_take_a_part_of_the_line_whatever_the_names()
    {
        using PasswordChecks checks = new(static _ => { });
        var hash = PasswordHash.OfNobody(5 * Limits.MinPasswordIterations);

        List<Task<bool>?> guesses = [.. Enumerable.Range(0, Limits.WaitingLogIns).Select(i => Begin(checks, $"guess {i}", Place(0) with { User = $"name{i}" }, hash, "wrong"u8))];

        Assert.Equal(Limits.HostLogIns, guesses.Count(check => check is not null));
        Assert.False(await Begin(checks, "elsewhere", Place(1), hash, "wrong"u8)!);
        await Task.WhenAll(guesses.OfType<Task<bool>>());
    }

    [Fact]
    public async Task Guesses_that_nobody_waits_for_are_counted_and_delay_the_host()
    {
        const int Most = Limits.FreeAddressFailures + Limits.HostLogIns;
        using FakeMeters meters = new();
        FakeStore store = new();
        using UserDirectory users = new(store, new BrokerOptions(), NullLogger.Instance);
        var hash = PasswordHash.Of(KnownUsers.Password, Limits.MinPasswordIterations);
        for (int i = 0; i <= Most; i++)
            users.Apply(new UserRecord(new UserEntry { Name = new UserName($"name{i}"), Password = hash }, IsRemoved: false).Encode());
        using LogIns logIns = new(users, new BrokerOptions(), new MovedTime(), new AccessMetrics(meters.Create(new MeterOptions("test"))));
        CancellationToken gone = new(canceled: true);

        int begun = 0;
        while (true)
        {
            var attempt = logIns.LogInAsync(new LogInRequest { User = $"name{begun}", Secret = "a wrong guess"u8.ToArray(), Host = "192.0.2.1" }, gone);
            if (attempt.IsCanceled)
                Assert.InRange(++begun, 1, Most);
            else if ((await attempt).Error == ErrorCode.LogInDelayed)
                break;
            else
                await Task.Yield();
        }

        Assert.InRange(begun, Limits.FreeAddressFailures, Most);
    }

    [Fact]
    public async Task Check_by_a_password_that_is_changed_meanwhile_says_nothing_of_the_new_one()
    {
        using FakeMeters meters = new();
        FakeStore store = new();
        using UserDirectory users = new(store, new BrokerOptions(), NullLogger.Instance);
        UserEntry ann = new() { Name = new UserName("ann"), Password = PasswordHash.Of(KnownUsers.Password, 20 * Limits.MinPasswordIterations) };
        users.Apply(new UserRecord(ann, IsRemoved: false).Encode());
        using LogIns logIns = new(users, new BrokerOptions(), new MovedTime(), new AccessMetrics(meters.Create(new MeterOptions("test"))));
        LogInRequest former = new() { User = "ann", Secret = Encoding.UTF8.GetBytes(KnownUsers.Password), Host = "192.0.2.1" };
        var other = PasswordHash.Of("another secret", Limits.MinPasswordIterations);

        var begun = logIns.LogInAsync(former, CancellationToken.None).AsTask();
        users.Apply(new UserRecord(ann with { Password = other }, IsRemoved: false).Encode());
        var after = logIns.LogInAsync(former, CancellationToken.None).AsTask();

        Assert.False(begun.IsCompleted);
        Assert.Equal(ErrorCode.AuthenticationFailed, (await after).Error);
        Assert.Equal(ErrorCode.LogInEnded, logIns.Review((await begun).Access!));
        Assert.Equal(ErrorCode.AuthenticationFailed, (await logIns.LogInAsync(former, CancellationToken.None)).Error);
    }

    [Fact]
    public async Task Guessing_is_delayed_and_refused_without_being_checked_whatever_the_name()
    {
        await using var engine = await TestEngine.StartAsync();
        await KnownUsers.MakeAsync(engine);
        foreach (string name in new[] { "root", "nobody" })
        {
            for (int i = 0; i < Limits.FreeLogInFailures; i++)
                Assert.Equal(ErrorCode.AuthenticationFailed, await AttemptAsync(engine, name, $"wrong guess {i}"));

            // Not even the right one, or guessing would go on.
            Assert.Equal(ErrorCode.LogInDelayed, await AttemptAsync(engine, name, KnownUsers.Password));
        }
        engine.Time.Move(TimeSpan.FromSeconds(1));
        Assert.Equal(ErrorCode.None, await AttemptAsync(engine, "root", KnownUsers.Password));
    }

    [Fact]
    public void Password_that_was_right_is_known_again_and_not_after_it_was_changed()
    {
        PasswordMemory memory = new();
        var hash = PasswordHash.Of(KnownUsers.Password, Limits.MinPasswordIterations);
        var later = PasswordHash.Of(KnownUsers.Password, Limits.MinPasswordIterations);
        string mark = memory.MarkOf("ann", "correct horse"u8);

        Assert.False(memory.Knows(mark, hash));
        memory.Add(mark, hash);
        Assert.True(memory.Knows(memory.MarkOf("ann", "correct horse"u8), hash));
        Assert.False(memory.Knows(mark, later));
        Assert.NotEqual(mark, memory.MarkOf("an", "ncorrect horse"u8));
        Assert.NotEqual(mark, new PasswordMemory().MarkOf("ann", "correct horse"u8));
        for (int i = 0; i < Limits.RememberedPasswords; i++)
            memory.Add($"{i}", hash);
        Assert.False(memory.Knows(mark, hash));
    }

    private static LogInPlace Place(int host) => new() { Host = $"192.0.2.{host}", User = "ann" };

    private static async Task<ErrorCode> AttemptAsync(TestEngine engine, string user, string secret)
    {
        var client = TestClient.Connect(engine.Engine);
        V1.ServerFrame answer = await client.AskAsync(KnownUsers.Hello(user, secret));
        return (ErrorCode)(answer.Error?.Number ?? 0);
    }

    // Null: it was refused.
    private static Task<bool>? Begin(PasswordChecks checks, string mark, LogInPlace place, PasswordHash hash, ReadOnlySpan<byte> secret)
    {
        checks.TryCheck(mark, place, hash, secret, out var check);
        return check;
    }
}
