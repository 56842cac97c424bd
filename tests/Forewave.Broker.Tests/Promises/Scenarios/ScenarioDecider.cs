using Forewave.Broker.Tests.Promises.Histories;
using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>An operator who looks at the open transactions and decides some. One command at a time, its answer waited for.</summary>
internal sealed class ScenarioDecider(Scenario scenario, ScenarioShop shop)
{
    /// <summary>Decides those that it is for; returns how many were open before, or null where the broker is gone.</summary>
    public async Task<int?> DecideAsync(TransactionChoice choice)
    {
        int before = scenario.History.Last;
        var request = new V1.AdministrationRequest { ListTransactions = new V1.ListTransactions { Max = 1_000 } };
        if ((await scenario.AdministerAsync(request))?.Administration?.Transactions is not { } list)
            return null;
        foreach (var entry in list.Transactions)
        {
            scenario.History.Add(new HistoryEvent
            {
                Kind = EventKind.TransactionListed, Transaction = entry.Transaction, Count = (int)entry.Messages, Request = before,
            });
        }
        foreach (var entry in list.Transactions.Where(entry => choice == TransactionChoice.All || IsForOperators(entry)))
            await DecideAsync(entry);
        return list.Transactions.Count;
    }

    private bool IsForOperators(V1.TransactionEntry entry) =>
        entry.Waiting || shop.Find(entry.Transaction) is { Fate.By: TransactionDecider.Operator, PartsLeft: 0, IsPreparing: false };

    private async Task DecideAsync(V1.TransactionEntry entry)
    {
        bool commits = shop.Find(entry.Transaction)?.Fate.Commits ?? scenario.Random.Next(2) == 0;
        var sent = new HistoryEvent
        {
            Kind = EventKind.DecisionSent, Transaction = entry.Transaction, Commits = commits, Connection = scenario.Operator!.Number.Value,
        };
        int number = scenario.History.Add(sent);
        var answer = await scenario.AdministerAsync(new V1.AdministrationRequest
        {
            DecideTransaction = new V1.DecideTransaction { TransactionId = entry.TransactionId, Commit = commits },
        });
        if (scenario.Living(answer) is { } living)
            shop.Decided(entry.Transaction, sent with { Request = number }, (ErrorCode)(living.Error?.Number ?? 0), (int)(living.Administration?.Changed?.Messages ?? 0));
        else
            scenario.History.Add(sent with { Kind = EventKind.DecisionLost, Request = number });
    }
}
