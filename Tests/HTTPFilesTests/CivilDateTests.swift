import Testing

@testable import HTTPFiles

@Suite struct CivilDateTests {
    /// Counts the days of every year one by one, from 0000-01-01 on.
    @Test func everyDayOfTenThousandYears() {
        var number: Int64 = -719_528
        var wrong = 0
        for year in 0...9999 {
            let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
            for (index, length) in [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].enumerated() {
                for day in 1...length {
                    let date = CivilDate(days: number)
                    if date != CivilDate(year: year, month: index + 1, day: day) || date.days != number { wrong += 1 }
                    number += 1
                }
                if CivilDate(year: year, month: index + 1, day: length + 1) != nil { wrong += 1 }
            }
        }
        #expect(wrong == 0)
        #expect(number == 2_932_897)
    }

    @Test(arguments: [
        (-1, 1, 1), (10_000, 1, 1), (2000, 0, 1), (2000, 13, 1), (2000, 1, 0), (1900, 2, 29), (2001, 2, 29), (2024, 4, 31),
    ])
    func daysThatAreNone(year: Int, month: Int, day: Int) {
        #expect(CivilDate(year: year, month: month, day: day) == nil)
    }

    @Test func divisionRoundsDown() {
        #expect(Int64(-1).flooredQuotient(by: 7) == -1 && Int64(-1).flooredRemainder(by: 7) == 6)
        #expect(Int64(-7).flooredQuotient(by: 7) == -1 && Int64(-7).flooredRemainder(by: 7) == 0)
        #expect(Int64(13).flooredQuotient(by: 7) == 1 && Int64(13).flooredRemainder(by: 7) == 6)
    }
}
