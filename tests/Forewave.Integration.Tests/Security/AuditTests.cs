using Forewave.Client;
using Forewave.Client.Administration;
using Forewave.Client.Producing;
using Forewave.Client.Transactions;
using Forewave.Integration.Tests.Processes;
using Forewave.Protocol;
using Forewave.Protocol.Access;

namespace Forewave.Integration.Tests.Security;

/// <summary>Who did what, from where, and how it ended.</summary>
[Trait("Suite", "scenario")]
public sealed class AuditTests(SecureBroker broker) : IClassFixture<SecureBroker>
{
    [Fact]
    public async Task Administrative_acts_are_told_of_with_who_and_how_they_ended_and_looks_are_not()
    {
        string token = await broker.MakeAsync("keeper", "manage:kept.*");
        await using var keeper = broker.Client(Client.ForewaveCredentials.Token(token));
        QueueName kept = new("kept.a"), others = new("others");

        await keeper.Administration.CreateQueueAsync(kept);
        await keeper.Administration.ShowQueueAsync(kept);
        await Assert.ThrowsAsync<ForewaveException>(async () => await keeper.Administration.CreateQueueAsync(kept));
        await Assert.ThrowsAsync<ForewaveException>(async () => await keeper.Administration.DeleteQueueAsync(others));
        await Assert.ThrowsAsync<ForewaveException>(async () => await keeper.Administration.Users.RemoveAsync(SecureBroker.Root));
        // The whole token where its id is asked for.
        await Assert.ThrowsAsync<ForewaveException>(async () => await keeper.Administration.Users.RevokeTokenAsync(new UserName("keeper"), token));

        string log = broker.Logged;
        Assert.Matches(@"(?m)^Forewave\.Audit 4950 root from 127\.0\.0\.1:\d+ did AddUser on user keeper ", log);
        Assert.Matches(@"(?m)^Forewave\.Audit 4950 root from 127\.0\.0\.1:\d+ did AddToken on user keeper token [0-9a-f]{16} ", log);
        Assert.Matches(@"(?m)^Forewave\.Audit 4950 keeper from 127\.0\.0\.1:\d+ did CreateQueue on queue kept\.a ", log);
        Assert.Matches(@"(?m)^Forewave\.Audit 4951 keeper from 127\.0\.0\.1:\d+ was refused CreateQueue on queue kept\.a: QueueExists ", log);
        Assert.Matches(@"(?m)^Forewave\.Audit 4951 keeper from 127\.0\.0\.1:\d+ was refused DeleteQueue on queue others: RightMissing ", log);
        Assert.Matches(@"(?m)^Forewave\.Audit 4951 keeper from 127\.0\.0\.1:\d+ was refused RemoveUser on user root: RightMissing ", log);
        Assert.Matches(@"(?m)^Forewave\.Audit 4952 keeper logged in from 127\.0\.0\.1:\d+ with token [0-9a-f]{16} ", log);
        Assert.DoesNotMatch("Forewave\\.Audit .*ShowQueue", log);
        Assert.DoesNotContain(token, log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Acts_over_http_are_told_of_once_with_their_user()
    {
        string token = await broker.MakeAsync("webkeeper", "manage:web.*");
        using var web = broker.Http(token: token);
        using var nobody = broker.Http();

        using var made = await web.PutAsync("/v1/queues/web.a", null);
        using var foreign = await web.DeleteAsync("/v1/queues/others");
        using var unasked = await nobody.DeleteAsync("/v1/queues/web.a");

        // The audit is told behind the answer.
        while (!broker.Logged.Contains("web.a: AuthenticationNeeded", StringComparison.Ordinal) || !broker.Logged.Contains("did createQueue on queue web.a", StringComparison.Ordinal))
            await Task.Yield();
        string log = broker.Logged;
        Assert.Equal([201, 403, 401], [(int)made.StatusCode, (int)foreign.StatusCode, (int)unasked.StatusCode]);
        Assert.Matches(@"(?m)^Forewave\.Audit 5020 webkeeper from 127\.0\.0\.1:\d+ did createQueue on queue web\.a ", log);
        Assert.Matches(@"(?m)^Forewave\.Audit 5021 webkeeper from 127\.0\.0\.1:\d+ was refused deleteQueue on queue others: RightMissing ", log);
        Assert.Matches(@"(?m)^Forewave\.Audit 5021 nobody from 127\.0\.0\.1:\d+ was refused deleteQueue on queue web\.a: AuthenticationNeeded ", log);
        Assert.Single(log.Split('\n'), line => line.StartsWith("Forewave.Audit", StringComparison.Ordinal) && line.Contains("web.a", StringComparison.Ordinal) && line.Contains(" did ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Decision_over_a_transaction_is_told_of_with_which_and_how_and_looks_are_not()
    {
        string token = await broker.MakeAsync("clerk", "manage:others");
        await using var root = broker.RootClient();
        await using var clerk = broker.Client(Client.ForewaveCredentials.Token(token));
        using var web = broker.Http(SecureBroker.Root.Value, SecureBroker.Password);
        await using var producer = root.CreateProducer(new ProducerOptions { Name = new ProducerName("audited-shop"), CheckBack = static (_, _) => ValueTask.FromResult(TransactionOutcome.Unknown) });
        await using var first = await producer.BeginTransactionAsync();
        await first.PublishAsync(new QueueName("sold"), new Message("a"u8.ToArray()));
        await using var second = await producer.BeginTransactionAsync();
        await second.PublishAsync(new QueueName("sold"), new Message("b"u8.ToArray()));

        await root.Administration.Transactions.ShowAsync(first.Id);
        var foreign = await Assert.ThrowsAsync<ForewaveException>(async () => await clerk.Administration.Transactions.CommitAsync(first.Id));
        await root.Administration.Transactions.CommitAsync(first.Id);
        await Assert.ThrowsAsync<ForewaveException>(async () => await root.Administration.Transactions.RollBackAsync(first.Id));
        using var decided = await web.PostAsync($"/v1/transactions/{second.Id}/rollback", null);

        // The audit of HTTP is told behind the answer.
        while (!broker.Logged.Contains($"did rollbackTransaction on id {second.Id}", StringComparison.Ordinal))
            await Task.Yield();
        string log = broker.Logged;
        Assert.Equal((ErrorCode.RightMissing, 200), (foreign.Code, (int)decided.StatusCode));
        Assert.Matches($@"(?m)^Forewave\.Audit 4951 clerk from 127\.0\.0\.1:\d+ was refused DecideTransaction on transaction_id {first.Id} commit: RightMissing ", log);
        Assert.Matches($@"(?m)^Forewave\.Audit 4950 root from 127\.0\.0\.1:\d+ did DecideTransaction on transaction_id {first.Id} commit ", log);
        Assert.Matches($@"(?m)^Forewave\.Audit 4951 root from 127\.0\.0\.1:\d+ was refused DecideTransaction on transaction_id {first.Id} rollback: TransactionDecided ", log);
        Assert.Matches($@"(?m)^Forewave\.Audit 5020 root from 127\.0\.0\.1:\d+ did rollbackTransaction on id {second.Id} ", log);
        Assert.DoesNotMatch("Forewave\\.Audit .*ShowTransaction", log);
        Assert.Single(log.Split('\n'), line => line.StartsWith("Forewave.Audit", StringComparison.Ordinal) && line.Contains($"{second.Id}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Refused_log_in_names_its_user_only_where_there_is_one()
    {
        const string notAName = "my-password-by-mistake";
        foreach (string user in new[] { "audited", notAName })
        {
            if (user == "audited")
                await broker.MakeAsync(user);
            await using var client = broker.Client(Client.ForewaveCredentials.Password(new UserName(user), "a wrong password"));
            await Assert.ThrowsAsync<ForewaveException>(() => client.ConnectAsync().AsTask());
        }

        string log = broker.Logged;
        Assert.Matches(@"(?m)^Forewave\.Audit 4953 A log-in as audited from 127\.0\.0\.1:\d+ was refused: AuthenticationFailed ", log);
        Assert.Matches(@"(?m)^Forewave\.Audit 4953 A log-in as somebody unknown from 127\.0\.0\.1:\d+ was refused: AuthenticationFailed ", log);
        Assert.DoesNotContain(notAName, log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Audit_is_written_whatever_the_level_of_the_log()
    {
        using TemporaryFolder folder = new();
        await using var serve = ProgramProcess.Start("serve", "--data", folder["data"], "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--log", "Error");
        string ready = await serve.Output.ReadLineAsync() ?? "";
        string server = ready.Split(' ').First(word => word.StartsWith("listen=", StringComparison.Ordinal))["listen=".Length..];

        Assert.Equal(0, (await ProgramProcess.RunAsync("queue", "create", "q", "--server", server)).ExitCode);

        while (!serve.Errors.Contains("did CreateQueue on queue q", StringComparison.Ordinal))
            await Task.Yield();
        Assert.DoesNotContain("Partition 0 is open", serve.Errors, StringComparison.Ordinal);
    }
}
